"""What is kept until the library changes: computed once a version, right when threads and changes meet."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from kb.core.versioned_cache import VersionedCache


class Source:
    """Something that changes: its value is its number times ten."""

    def __init__(self) -> None:
        self.number = 1
        self.computed: list[int] = []

    def version(self) -> int:
        return self.number

    def compute(self, _before: list[int] | None) -> list[int]:
        self.computed.append(self.number)
        return [self.number * 10]


def test_computed_once_a_version() -> None:
    source = Source()
    cache = VersionedCache(source.version, source.compute)
    first = cache.get()
    assert cache.get() is first
    source.number = 2
    assert cache.get() == [20]
    assert cache.get() == [20]
    assert source.computed == [1, 2]


def test_an_older_version_is_another_version() -> None:
    source = Source()
    cache = VersionedCache(source.version, source.compute)
    source.number = 7
    cache.get()
    source.number = 3  # a backup was put back
    assert cache.get() == [30]


def test_the_value_before_is_at_hand() -> None:
    numbers = itertools.count()
    seen: list[str | None] = []

    def compute(before: str | None) -> str:
        seen.append(before)
        return f"value {len(seen)}"

    cache = VersionedCache(lambda: next(numbers), compute)
    assert [cache.get(), cache.get()] == ["value 1", "value 2"]
    assert seen == [None, "value 1"]


def test_a_change_during_the_computation_is_not_missed() -> None:
    """The computation read the state before the change: its value must not be kept for the state after it."""
    source = Source()

    def compute(before: list[int] | None) -> list[int]:
        value = source.compute(before)
        if source.number == 1:
            source.number = 2  # another thread commits now
        return value

    cache = VersionedCache(source.version, compute)
    assert cache.get() == [10]
    assert cache.get() == [20]


def test_a_slow_computation_neither_blocks_the_others_nor_replaces_what_is_newer() -> None:
    source = Source()
    started, go_on = threading.Event(), threading.Event()

    def compute(before: list[int] | None) -> list[int]:
        value = source.compute(before)
        if value == [10]:
            started.set()
            assert go_on.wait(10)
        return value

    cache = VersionedCache(source.version, compute)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(cache.get)
        assert started.wait(10)
        source.number = 2
        newer = cache.get()  # returns although the slow one is still at work
        assert newer == [20]
        go_on.set()
        assert slow.result(10) == [10]
    assert cache.get() is newer
    assert source.computed == [1, 2]


def test_threads_that_compute_at_once_receive_one_object() -> None:
    together = threading.Barrier(8, timeout=10)

    def compute(_before: object) -> object:
        together.wait()
        return object()

    cache = VersionedCache(lambda: 1, compute)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: cache.get(), range(8)))
    assert all(one is found[0] for one in found)
    assert cache.get() is found[0]


def test_an_error_is_not_kept() -> None:
    numbers = itertools.count()

    def compute(_before: int | None) -> int:
        if next(numbers) == 0:
            raise OSError("the disk is full")
        return 5

    cache = VersionedCache(lambda: 1, compute)
    with pytest.raises(OSError, match="full"):
        cache.get()
    assert cache.get() == 5


def test_many_threads_beside_many_changes_never_see_an_old_value() -> None:
    source = Source()
    cache = VersionedCache(source.version, lambda _before: source.number)

    def ask(_: int) -> bool:
        before = source.number
        return cache.get() >= before

    def change() -> None:
        for _ in range(300):
            source.number += 1

    with ThreadPoolExecutor(9) as pool:
        changes = pool.submit(change)
        assert all(pool.map(ask, range(4000)))
        changes.result()
    assert cache.get() == source.number
