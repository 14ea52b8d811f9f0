"""The shape of the tree: names stand for one thing, rooms list their modules, public faces are used."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import distribution
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


def _imported() -> Iterator[tuple[str, str, str]]:
    """Yield (importing module, imported module, name) for every ``from … import …`` between our modules."""
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in MODULES:
                for alias in node.names:
                    yield name, node.module, alias.name


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


def test_public_faces_are_what_others_import() -> None:
    used = defaultdict(set)
    for importer, module, name in _imported():
        if importer != module:
            used[module].add(name)
    for tree in TREES.values():  # ``from room import module``, then ``module.name``
        _through_modules(tree, used)
    for point in distribution("sinzi").entry_points:
        module, _, name = point.value.partition(":")
        if module in MODULES:
            used[module].add(name)
    wrong = {}
    for name, tree in TREES.items():
        face = _face(tree)
        if face is not None and (surplus := face - used[name] - LOOKED_UP):
            wrong[name] = sorted(surplus)
    assert wrong == {}


def _face(tree: ast.Module) -> set[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return set(ast.literal_eval(node.value))
    return None


def _through_modules(tree: ast.Module, used: dict[str, set[str]]) -> None:
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if (whole := f"{node.module}.{alias.name}") in MODULES:
                    names[alias.asname or alias.name] = whole
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            used[names[node.value.id]].add(node.attr)


def test_references_in_docstrings_lead_somewhere() -> None:
    lost = []
    for name, path in MODULES.items():
        for target in re.findall(r":(?:mod|func|class|meth|data|attr):`~?([\w.]+)`", path.read_text(encoding="utf-8")):
            if not _leads_somewhere(target, name, path.name == "__init__.py"):
                lost.append((name, target))
    assert lost == []


def _leads_somewhere(target: str, module: str, is_package: bool) -> bool:
    if target.split(".", maxsplit=1)[0] in FLOORS:
        return _is_known(target)
    if not target.startswith("."):
        head = target.split(".", maxsplit=1)[0]
        bound = {alias.asname or alias.name for node in ast.walk(TREES[module])
                 if isinstance(node, ast.ImportFrom | ast.Import) for alias in node.names}  # fmt: skip
        classes = [node for node in TREES[module].body if isinstance(node, ast.ClassDef)]
        return (
            _is_known(f"{module}.{target}")
            or any(_has(one.body, [target]) or _sets(one, target) for one in classes)
            or head in bound
            or head in sys.stdlib_module_names
        )
    room = module if is_package else module.rpartition(".")[0]
    inside = target.lstrip(".")
    while room:
        if _is_known(f"{room}.{inside}"):
            return True
        room = room.rpartition(".")[0]
    # A name of a module that is imported here, ``.Class.method``.
    return any(_is_known(f"{imported}.{inside}") for importer, imported, _ in _imported() if importer == module)


def _is_known(target: str) -> bool:
    """Return whether this is one of our modules, a name in one, or an attribute of a class in one."""
    if target in MODULES or any(name.startswith(target + ".") for name in MODULES):
        return True
    parts = target.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        tree = TREES.get(".".join(parts[:cut]))
        if tree is not None:
            return _has(tree.body, parts[cut:])
    return False


def _has(body: list[ast.stmt], names: list[str]) -> bool:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == names[0]:
            return len(names) == 1 or (
                (isinstance(node, ast.ClassDef) and _has(node.body, names[1:])) or _sets(node, names[1])
            )
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(one, ast.Name) and one.id == names[0] for one in targets):
            return True
        if isinstance(node, ast.ImportFrom | ast.Import) and any(
            (one.asname or one.name) == names[0] for one in node.names
        ):
            return True
    return False


def _sets(node: ast.AST, name: str) -> bool:
    """Return whether a class sets ``self.<name>``."""
    return any(isinstance(one, ast.Attribute) and one.attr == name for one in ast.walk(node))
