"""``kb doctor``: is everything in order, and if not, what mends it."""

from __future__ import annotations

import sys

import click

from kb.cli import Context, pass_context

__all__ = ["doctor"]


@click.command(short_help="Check the installation and the data.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a check.")
@pass_context
def doctor(context: Context, as_json: bool) -> None:
    """Check packages, disk, model and every library. Each fault names what mends it; exit status 1 if there is any."""
    from kb.doctor import examine

    faults = 0
    for finding in examine(context.settings):
        faults += not finding.ok
        if as_json:
            context.json({"check": finding.what, "found": finding.found, "mend": finding.mend or None})
        else:
            click.echo(f"{'✓' if finding.ok else '✗'} {finding.what}: {finding.found}")
            if finding.mend:
                click.echo(f"    → {finding.mend}")
    sys.exit(1 if faults else 0)
