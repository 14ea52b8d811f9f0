"""A digest of the source files that a module depends on.

These are the module itself, the modules of ``kb`` and ``ingest`` that it imports, directly or not, and the data files
that any of them names. The digest changes when the module may behave differently. What people are told of an error
changes no behaviour: the modules of errors and messages are left out.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections.abc import Iterable
from pathlib import Path

__all__ = ["fingerprint"]

_IMPORT = re.compile(r"^(?:from|import) ((?:kb|ingest)(?:\.\w+)*)(?: import (.+))?", re.MULTILINE)
_MESSAGES_TO_PEOPLE = frozenset(("kb.core.errors", "kb.core.messages"))
_DATA = re.compile(r"""["']([\w-]+\.(?:json|tsv|txt|yaml))["']""")


def fingerprint(modules: Iterable[str]) -> str:
    """Return a digest of all source and data files that ``modules`` depend on: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(reachable_files(modules)):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def reachable_files(modules: Iterable[str]) -> set[Path]:
    pending, seen, paths = list(modules), set[str](), set[Path]()
    while pending:
        name = pending.pop()
        if name in seen or name in _MESSAGES_TO_PEOPLE:
            continue
        seen.add(name)
        path = _source_path(name)
        if path is None:
            continue
        source = path.read_text(encoding="utf-8")
        paths.add(path)
        paths.update(found for data in _DATA.findall(source) if (found := path.parent / data).is_file())
        for package, names in _IMPORT.findall(source):
            pending.append(package)
            pending.extend(f"{package}.{one.strip()}" for one in names.strip("()").split(",") if one.strip().islower())
    return paths


def _source_path(name: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(name)
    except (ModuleNotFoundError, AttributeError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None
