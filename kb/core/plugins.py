"""What packages register in an entry-point group: routers, pages, erasure handlers."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

__all__ = ["registered"]


def registered(group: str) -> list[Any]:
    """Return the objects that packages register in the entry-point ``group``, sorted by the names of the entries.

    The objects are loaded (imported) here. Call it before a lock or a transaction is taken.
    """
    return [point.load() for point in sorted(entry_points(group=group), key=lambda point: point.name)]
