"""Turns at the worker processes, shared fairly between tenants.

Start-time fair queueing (Goyal, Vin and Cheng 1997), with a tenant as the flow: whoever has had the least time goes
next; within a tenant the smallest task goes first. A tenant that comes back from a pause gets no credit for it.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["FairTurns", "JobCancelled", "Share", "never"]

_LOOK_SECONDS = 0.2
# With more places than this, the last free one is for a tenant that has none.
_FEW_PLACES = 2


class JobCancelled(BaseException):
    """Somebody has cancelled the job. Not an Exception: a cancelled job must not be recorded as a failure."""


def never() -> bool:
    """Return False: a task that nobody cancels."""
    return False


@dataclass(frozen=True, slots=True)
class Share:
    """Whose work a task is, and how much.

    Attributes:
        tenant: slug, "" for work that is nobody's.
        size: of the file in bytes; of two tasks of one tenant the smaller goes first.
        large: whether the task may take long: one place is always left for tasks that do not, and a tenant has at most
            one long task at a time. No tenant has all of three or more places.
        background: whether any other task goes first.
    """

    tenant: str = ""
    size: int = 0
    large: bool = False
    background: bool = False


@dataclass(slots=True, eq=False)
class _Task:
    share: Share
    number: int
    place: int | None = None
    started: float = field(default=0.0)


class FairTurns:
    """Places for tasks, such as worker processes. A task waits for its turn at one of them."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._changed = threading.Condition()
        self._waiting: list[_Task] = []
        self._running: list[_Task] = []
        self._used: dict[str, float] = {}  # tenant → seconds; only of tenants that wait or run
        self._numbers = itertools.count()
        self._waits = threading.local()

    def waited_seconds(self) -> float:
        """Return the seconds that the calling thread has waited, in all, for its turns."""
        return float(getattr(self._waits, "seconds", 0.0))

    @contextmanager
    def turn(self, share: Share, cancelled: Callable[[], bool] = never) -> Iterator[int]:
        """Wait for a turn; yield the number of the place, the lowest that is free.

        Raises:
            JobCancelled: ``cancelled()`` became true while waiting.
        """
        queued = time.monotonic()
        task = _Task(share, next(self._numbers))
        try:
            place = self._wait(task, cancelled)
            self._waits.seconds = self.waited_seconds() + task.started - queued
            yield place
        finally:
            with self._changed:
                self._leave(task)
                self._changed.notify_all()

    def _wait(self, task: _Task, cancelled: Callable[[], bool]) -> int:
        with self._changed:
            tenant = task.share.tenant
            if tenant not in self._used:
                self._used[tenant] = min(self._used.values(), default=0.0)
            self._waiting.append(task)
            while True:
                if cancelled():
                    raise JobCancelled
                self._hand_out()
                if task.place is not None:
                    return task.place
                self._changed.wait(_LOOK_SECONDS)

    def _hand_out(self) -> None:
        """Give every free place to the task whose turn it is."""
        while allowed := [task for task in self._waiting if self._may_start(task)]:
            task = min(allowed, key=self._order)
            taken = {one.place for one in self._running}
            task.place = next(place for place in range(self._places) if place not in taken)
            task.started = time.monotonic()
            self._waiting.remove(task)
            self._running.append(task)
            self._changed.notify_all()

    def _order(self, task: _Task) -> tuple[bool, float, int, int]:
        share = task.share
        now = time.monotonic()
        running = sum(now - one.started for one in self._running if one.share.tenant == share.tenant)
        return share.background, self._used[share.tenant] + running, share.size, task.number

    def _may_start(self, task: _Task) -> bool:
        free, tenant = self._places - len(self._running), task.share.tenant
        mine = [one for one in self._running if one.share.tenant == tenant]
        if self._places > _FEW_PLACES and free == 1 and mine:
            return False  # a small file may take long too, if somebody made it for that
        if self._places == 1 or not task.share.large:
            return free > 0
        return free > 1 and not any(one.share.large for one in mine)

    def _leave(self, task: _Task) -> None:
        tenant = task.share.tenant
        if task.place is None:
            self._waiting.remove(task)
        else:
            self._running.remove(task)
            self._used[tenant] += time.monotonic() - task.started
        if not any(one.share.tenant == tenant for one in (*self._waiting, *self._running)):
            del self._used[tenant]
