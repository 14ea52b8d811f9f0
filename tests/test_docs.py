"""The documents name things that exist, and name everything there is (``tests/samples/test_readme.py`` runs them)."""

from __future__ import annotations

import importlib.util
import pkgutil
import re
import runpy
from pathlib import Path

import click
import pytest

from kb.cli import cli
from kb.core.settings import Settings
from tests.helpers.markdown import ROOT, Command, commands, documents

FLOORS = ("kb", "ingest", "assistant", "eval")
COMMANDS = [command for document in documents() for command in commands(document)]
# What stands for many: KB_LLM_*, KB_OIDC_*.
FAMILIES = re.compile(r"`KB_([A-Z]+_)\*`")


def of(program: str) -> list[Command]:
    return [command for command in COMMANDS if command.words[0] == program]


@pytest.mark.parametrize("command", of("kb"), ids=str)
def test_kb_has_the_command_with_its_options(command: Command) -> None:
    group: click.Command = cli
    words, context = list(command.words[1:]), None
    while True:
        context = click.Context(group, parent=context)
        try:
            rest = group.make_parser(context).parse_args(args=words)[1]  # an unknown option is an error here
        except click.BadOptionUsage:  # an option named in a sentence, without its value
            return
        if not isinstance(group, click.Group) or not rest:
            return
        found = group.get_command(context, rest[0])
        assert found, f"kb has no {rest[0]}"
        group, words = found, rest[1:]


@pytest.mark.parametrize("command", of("make"), ids=str)
def test_make_has_the_target(command: Command) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(command.words[1:]) <= set(targets)


@pytest.mark.parametrize("command", of("python"), ids=str)
def test_python_has_the_module(command: Command) -> None:
    assert command.words[1] == "-m"
    assert importlib.util.find_spec(command.words[2])


@pytest.mark.parametrize("document", documents(), ids=lambda one: one.name)
def test_what_a_document_points_to_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", text)
    missing = [link for link in links if not (document.parent / link).exists()]
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"var"}
    paths = [path for path in re.findall(r"`([\w.-]+/[\w./-]+)`", text) if path.split("/")[0] in folders]
    missing += [path for path in paths if not (ROOT / path).exists() and not Path(path).stem.isupper()]  # NAME.py
    assert missing == []


@pytest.mark.parametrize("document", documents(), ids=lambda one: one.name)
def test_the_functions_a_document_names_exist(document: Path) -> None:
    spans = re.findall(r"`((?:[a-z_]+\.)+\w+)`", document.read_text(encoding="utf-8"))
    names = {name for name in spans if name.split(".")[0] in FLOORS and not name.endswith(".py")}
    assert all(pkgutil.resolve_name(name) for name in names)


@pytest.mark.parametrize("document", documents(), ids=lambda one: one.name)
def test_the_settings_a_document_names_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    fields = {name.upper() for name in Settings.model_fields}
    families = FAMILIES.findall(text)
    assert all(any(field.startswith(family) for field in fields) for family in families)
    assert set(re.findall(r"\bKB_([A-Z_]*[A-Z])\b", FAMILIES.sub("", text))) <= fields


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The lists that ``make docs`` writes, as they should be now."""
    made: dict[str, str] = runpy.run_path(str(ROOT / "docs" / "reference.py"))["pages"]()
    return made


@pytest.mark.parametrize("name", ["settings.md", "commands.md", "routes.md"])
def test_every_setting_command_and_route_is_documented(pages: dict[str, str], name: str) -> None:
    shown = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert shown == pages[name], "make docs"


def test_the_lists_are_complete(pages: dict[str, str]) -> None:
    assert all(f"`KB_{name.upper()}`" in pages["settings.md"] for name in Settings.model_fields)
    assert "`kb ask`" in pages["commands.md"]
    assert "`POST /api/v1/tenants/{tenant}/ask`" in pages["routes.md"]
    assert not re.search(r"\|  \|$", "".join(pages.values()), re.MULTILINE), "something has no description"
