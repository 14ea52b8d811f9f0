"""``make docs``: write the lists of settings, commands and routes (``settings.md``, ``commands.md``, ``routes.md``).

Each list is made from what the program says of itself: descriptions of settings, help of commands, summaries of routes.
``tests/test_docs.py`` fails while a list is not what this makes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import click

HERE = Path(__file__).parent
SETTINGS = """# Settings

Set one in the environment (`KB_OCR=never`) or in a file `.env` in the folder where `kb` is started. `kb settings` shows
the values in force. This list is made by `make docs`.

| setting | default | meaning |
|---|---|---|
"""
COMMANDS = """# Commands

`kb ask --help` tells the arguments and options of a command. `kb --data FOLDER` (or `KB_DATA`) names the data folder.
This list is made by `make docs`.

| command | what it does |
|---|---|
"""
DEFAULT_FOLDERS = {
    "data": "this user's folder for programs' data",
    "cache": "this user's folder for programs' caches",
}
ROUTES = """# REST routes

`/api/v1/openapi.json` of a running service tells parameters, bodies and answers; how to call it: [api.md](api.md). This
list is made by `make docs`.
"""


def settings() -> str:
    """Return the page of settings."""
    from kb.core.settings import Settings

    rows = []
    for name, field in Settings.model_fields.items():
        if field.default_factory is not None:
            default = DEFAULT_FOLDERS[name]
        else:
            default = str(field.default) if field.default not in ("", None) else ""
        rows.append(_row(f"`KB_{name.upper()}`", default, field.description or ""))
    return SETTINGS + "".join(rows)


def commands() -> str:
    """Return the page of commands."""
    from kb.cli import cli

    return COMMANDS + "".join(_row(f"`{name}`", help_text) for name, help_text in walk(cli, "kb"))


def walk(group: click.Command, name: str) -> Iterator[tuple[str, str]]:
    """Yield ``(name, help in a line)`` of a command, or of all those beneath a group, but for hidden ones."""
    if not isinstance(group, click.Group):
        yield name, group.get_short_help_str(300)
        return
    context = click.Context(group)
    for child in group.list_commands(context):
        command = group.get_command(context, child)
        if command is not None and not command.hidden:
            yield from walk(command, f"{name} {child}")


def routes(document: dict[str, Any]) -> str:
    """Return the page of routes of an OpenAPI document, by the document's groups."""
    found = [
        (operation["tags"][0], f"{method.upper()} {path}", operation["summary"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    order = [tag["name"] for tag in document["tags"]]
    found.sort(key=lambda row: order.index(row[0]))
    parts = [ROUTES]
    for group, rows in groupby(found, key=lambda row: row[0]):
        parts.append(f"\n## {group}\n\n| route | what it does |\n|---|---|\n")
        parts += [_row(f"`{address}`", summary) for _, address, summary in rows]
    return "".join(parts)


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document of the application."""
    from assistant.api.app import create
    from kb.core.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        return create(Settings(data=Path(folder)), take_in=False).openapi()


def pages() -> dict[str, str]:
    """Return the text of each page by its file's name."""
    return {"settings.md": settings(), "commands.md": commands(), "routes.md": routes(openapi())}


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "\\<") for cell in cells) + " |\n"


if __name__ == "__main__":
    for file_name, text in pages().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
