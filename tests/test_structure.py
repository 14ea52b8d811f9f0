"""The shape of the tree: names stand for one thing, rooms list their modules, public faces are used."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ("kb", "ingest", "assistant", "eval")
# A command, a route and a migration carry the name of what they are the face of.
FACES = ("commands", "routes", "migrations")
# Names that are looked up on a module found by its name: routers by the list of routes, ``parse`` by the dispatcher.
LOOKED_UP = {"router", "parse"}


def _modules() -> dict[str, Path]:
    return {_name(path): path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))}


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = _modules()
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
ROOMS = sorted(
    name for name, path in MODULES.items() if path.name == "__init__.py" and not {"migrations"} & set(name.split("."))
)


def test_a_module_name_stands_for_one_thing() -> None:
    found = defaultdict(list)
    for name, path in MODULES.items():
        if path.name != "__init__.py" and not set(FACES) & set(name.split(".")):
            found[path.stem].append(name)
    assert {stem: names for stem, names in found.items() if len(names) > 1} == {}


def test_a_class_name_stands_for_one_thing() -> None:
    found = defaultdict(list)
    for name, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(name)
    assert {cls: names for cls, names in found.items() if len(names) > 1} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_lists_its_modules_in_its_docstring(room: str) -> None:
    text = ast.get_docstring(TREES[room]) or ""
    assert text
    if set(FACES) & set(room.split(".")):
        return
    prefix = room + "."
    inside = {name.removeprefix(prefix).split(".")[0] for name in MODULES if name.startswith(prefix)}
    missing = {one for one in inside if not re.search(rf"\b{one}\b", text)}
    assert missing == set()


def test_no_room_is_crowded() -> None:
    sizes = {
        room: sum(1 for name, path in MODULES.items() if name.rpartition(".")[0] == room and path.name != "__init__.py")
        for room in ROOMS
    }
    # The layout of a PDF page is one long way through 20 modules, listed in reading order.
    assert {room: size for room, size in sizes.items() if size > 15} == {"ingest.parsers.pdf.layout": 20}
