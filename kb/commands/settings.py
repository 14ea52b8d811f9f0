"""``kb settings``: every knob, its value and meaning."""

from __future__ import annotations

from typing import Any

import click
from annotated_types import Ge, Le

from kb.cli import Context, pass_context

__all__ = ["settings"]


@click.command(short_help="List every setting with its value and meaning.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@pass_context
def settings(context: Context, as_json: bool) -> None:
    """List the settings. Set one in the environment, e.g. KB_OCR=never, or in a file .env in the current folder."""
    for name, field in type(context.settings).model_fields.items():
        value = getattr(context.settings, name)
        default = field.get_default(call_default_factory=True)
        bounds = _bounds(field.metadata)
        if as_json:
            facts: dict[str, Any] = {"setting": f"KB_{name.upper()}", "value": str(value), "default": str(default)}
            context.json({**facts, "bounds": bounds, "meaning": field.description})
        else:
            changed = "" if value == default else f"  (default: {default})"
            click.secho(f"KB_{name.upper()} = {value}{changed}", bold=True)
            click.echo(f"    {field.description}" + (f" [{bounds}]" if bounds else ""))


def _bounds(metadata: list[Any]) -> str:
    low = next((str(one.ge) for one in metadata if isinstance(one, Ge)), "")
    high = next((str(one.le) for one in metadata if isinstance(one, Le)), "")
    return f"{low}–{high}" if low or high else ""
