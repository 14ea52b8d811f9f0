"""A value kept until what it was made from changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["VersionedCache"]

Value = TypeVar("Value")


class VersionedCache(Generic[Value]):
    """Keeps one value together with the version it belongs to, and computes it again when the version has moved.

    Safe to use from several threads. The version is always read before the computation starts: a change that is
    committed meanwhile leaves the value under the older version, so the next call computes it again. No lock is held
    while a value is computed. Threads that find the same new version at the same time each compute the value, and all
    of them receive the one that was finished first.

    Args:
        version: returns the version now, for example :meth:`kb.library.documents.Library.data_version`. Versions are
            only compared for equality.
        compute: makes the value. It is given the value kept before, or None: what has not changed can be taken over.
    """

    def __init__(self, version: Callable[[], object], compute: Callable[[Value | None], Value]) -> None:
        self._version = version
        self._compute = compute
        self._kept: tuple[object, Value] | None = None
        self._lock = threading.Lock()

    def get(self) -> Value:
        """Return the value of the version now; the same object for as long as the version is the same."""
        version = self._version()
        before = self._kept  # one read: version and value belong together
        if before is not None and before[0] == version:
            return before[1]
        value = self._compute(None if before is None else before[1])
        with self._lock:
            if self._kept is before:
                self._kept = (version, value)
            elif self._kept is not None and self._kept[0] == version:
                return self._kept[1]
        return value
