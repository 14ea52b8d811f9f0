"""The one program, ``kb``. Each floor registers its sub-commands in the entry-point group ``kb.commands``.

Sub-commands are imported when they are called, not before: ``kb ask`` must not pay for the parsers.
"""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import click

from kb.core.errors import SinziError

__all__ = ["Context", "main", "pass_context", "personal_data_option"]


class Context:
    """What every command gets: the settings, and how to say things."""

    def __init__(self, data: Path | None) -> None:
        from pydantic import ValidationError

        from kb.core.errors import Misconfigured
        from kb.core.settings import Settings

        try:
            self.settings = Settings(data=data) if data else Settings()
        except ValidationError as error:
            first = error.errors()[0]
            name = "KB_" + "_".join(str(part) for part in first["loc"]).upper()
            raise Misconfigured("setting_invalid", setting=name, reason=first["msg"]) from error

    @staticmethod
    def json(value: Any) -> None:
        """Print one JSON line."""
        click.echo(json.dumps(value, ensure_ascii=False))


pass_context = click.make_pass_decorator(Context)
personal_data_option = click.option(
    "--personal-data", is_flag=True, help="Show people's data too, such as HKID numbers and salaries."
)


class Commands(click.Group):
    """A group whose commands come from entry points, loaded when called; help texts stand in the order of names."""

    def _found(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group="kb.commands")}

    def list_commands(self, ctx: click.Context) -> list[str]:
        order = [
            "tenant",
            "ingest",
            "ask",
            "serve",
            "person",
            "search",
            "document",
            "glossary",
            "rebuild",
            "doctor",
            "settings",
        ]
        names = list(self._found())
        return sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        point = self._found().get(cmd_name)
        if point is None:
            return None
        command: click.Command = point.load()
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Data folder (default: KB_DATA).")
@click.version_option(package_name="sinzi", prog_name="kb")
@click.pass_context
def cli(context: click.Context, data: Path | None) -> None:
    """Sinzi 善知: ask your organisation's own documents, and get answers with exact quotes.

    \b
    First steps:
      kb tenant create harmony --name "和諧長者服務社"
      kb ingest handbook.pdf circulars/ --tenant harmony
      kb ask "病假要唔要醫生紙？" --tenant harmony

    Nothing is sent over the network unless you set up a language model. Everything lies in one data folder
    (--data or KB_DATA); copying that folder is a backup. `kb settings` lists every setting, `kb doctor` checks the
    installation.
    """
    context.obj = Context(data)


def main() -> None:
    """Run ``kb``; an error of ours is one line on stderr and exit status 1, never a traceback."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("已中止。Stopped.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except SinziError as error:
        _complain(error)
        sys.exit(1)
    except Exception as error:
        from kb.core.disk_errors import as_disk_error

        known = as_disk_error(error)
        if known is None:
            raise
        _complain(known)
        sys.exit(1)


def _complain(error: SinziError) -> None:
    locale = os.environ.get("KB_LOCALE", "zh-HK")
    lines = [error.message(locale)]
    if locale != "en":
        lines.append(error.message("en"))
    click.echo("\n".join(lines) + f"  [{error.code}]", err=True)


if __name__ == "__main__":
    # The commands import this module as kb.cli, and look for the Context of that one.
    from kb.cli import main as program

    program()
