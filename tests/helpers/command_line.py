"""The program ``kb``, called from a test."""

from __future__ import annotations

import click
from click.testing import CliRunner

from kb.cli import Context, cli
from kb.core.settings import Settings

__all__ = ["invoke", "run"]


def run(settings: Settings, *arguments: str) -> str:
    """Run ``kb`` and return what it printed on standard output."""
    environment = {"KB_CACHE": str(settings.cache)}
    found = CliRunner().invoke(cli, ["--data", str(settings.data), *arguments], env=environment)
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.stdout


def invoke(settings: Settings, command: click.Command, *arguments: str) -> str:
    """Run a sub-command of ``kb`` with these settings and return what it printed."""
    context = Context(settings.data)
    context.settings = settings
    found = CliRunner().invoke(command, list(arguments), obj=context)
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.stdout
