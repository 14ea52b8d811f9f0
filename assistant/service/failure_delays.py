"""Delays that grow with failed attempts, and never become a lock. Kept in this process's memory."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["FailureDelays", "Key"]

Key = tuple[str, ...]
# So many keys are kept, the latest: about 10 MB.
_MAX_KEYS = 50_000
_MAX_DOUBLINGS = 30


@dataclass(slots=True)
class FailureCount:
    """The failures of one key; ``free_at`` and ``forgotten_at`` in seconds of the clock."""

    failures: int = 0
    free_at: float = 0.0
    forgotten_at: float = 0.0


class FailureDelays:
    """Counts failures by key: after ``free`` of them there is a delay, which doubles with each further one.

    An attempt counts as a failure from its beginning, so that many at the same moment do not slip through; a success
    takes it back. Thread-safe.

    Args:
        free: how many failures have no delay.
        first: the first delay, in seconds.
        longest: the longest delay, in seconds.
        forgotten: so many seconds after the last failure all of them are forgotten.
        clock: the time in seconds.
    """

    def __init__(
        self, free: int, first: float, longest: float, forgotten: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._free, self._first, self._longest, self._forgotten = free, first, longest, forgotten
        self._counts: OrderedDict[Key, FailureCount] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: Key) -> float:
        """Return how many seconds the key has to wait; 0 if an attempt may begin."""
        with self._lock:
            found = self._counts.get(key)
            return max(0.0, found.free_at - self._clock()) if found is not None else 0.0

    def begin(self, key: Key) -> None:
        """Count an attempt, as a failure until :meth:`success` or :meth:`clear`."""
        at = self._clock()
        with self._lock:
            found = self._counts.pop(key, None)
            if found is None or found.forgotten_at <= at:
                found = FailureCount()
            found.failures += 1
            doublings = found.failures - self._free
            if doublings >= 0:
                found.free_at = at + min(self._longest, self._first * 2.0 ** min(doublings, _MAX_DOUBLINGS))
            found.forgotten_at = max(at, found.free_at) + self._forgotten
            self._counts[key] = found
            if len(self._counts) > _MAX_KEYS:
                self._counts.popitem(last=False)

    def success(self, key: Key) -> None:
        """Take an attempt back: it was no failure. The other failures stay counted."""
        with self._lock:
            found = self._counts.get(key)
            if found is not None:
                found.failures = max(0, found.failures - 1)
                found.free_at = 0.0

    def clear(self, key: Key) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._counts.pop(key, None)
