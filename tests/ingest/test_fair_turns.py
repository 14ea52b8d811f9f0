"""Turns at the worker processes: tenants share them, small files go first, and a place is left for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from ingest.workers.fair_turns import FairTurns, JobCancelled, Share


def wait_until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.005)


def run(turns: FairTurns, tasks: list[tuple[str, Share]], seconds: float = 0.02) -> list[str]:
    """Queue all tasks while the places are taken, then let them go; return their names in the order of their turns."""
    order: list[str] = []
    queued: list[str] = []

    def work(name: str, share: Share) -> None:
        queued.append(name)
        with turns.turn(share):
            order.append(name)
            time.sleep(seconds)

    threads = []
    with turns.turn(Share("someone")):
        for name, share in tasks:
            threads.append(threading.Thread(target=work, args=(name, share)))
            threads[-1].start()
            wait_until(lambda name=name: name in queued)  # type: ignore[misc]
            time.sleep(0.02)
    for thread in threads:
        thread.join()
    return order


def test_tenants_take_turns_whoever_came_first_with_how_much() -> None:
    tasks = [(f"a{number}", Share("a", number)) for number in range(6)] + [("b0", Share("b", 9)), ("b1", Share("b", 9))]
    order = run(FairTurns(1), tasks)
    assert order.index("b0") <= 1
    assert order.index("b1") <= 3
    assert [name for name in order if name[0] == "a"] == [f"a{number}" for number in range(6)]


def test_the_smaller_file_of_a_tenant_goes_first_and_background_work_last() -> None:
    tasks = [("later", Share(background=True)), ("big", Share("a", 900)), ("small", Share("a", 3))]
    assert run(FairTurns(1), tasks) == ["small", "big", "later"]


def test_a_tenant_that_was_idle_gets_no_credit_for_it() -> None:
    turns = FairTurns(1)
    for _ in range(5):
        with turns.turn(Share("a")):
            time.sleep(0.02)
    tasks = [("a0", Share("a")), ("a1", Share("a")), ("b0", Share("b")), ("b1", Share("b"))]
    order = run(turns, tasks)
    assert {order[0][0], order[1][0]} == {"a", "b"}, "both have one turn before either has two"


def test_long_files_leave_a_place_for_short_ones() -> None:
    turns = FairTurns(3)
    ended = threading.Event()
    running: list[str] = []

    def work(name: str, share: Share) -> None:
        with turns.turn(share):
            running.append(name)
            ended.wait(10)

    long_ones = [("a1", "a"), ("a2", "a"), ("b", "b"), ("c", "c")]
    threads = [threading.Thread(target=work, args=(name, Share(tenant, 9, large=True))) for name, tenant in long_ones]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    wait_until(lambda: len(running) == 2)
    assert running == ["a1", "b"], "one long file of each tenant, and not in the last place"
    started = time.monotonic()
    with turns.turn(Share("c", 1)) as place:
        assert time.monotonic() - started < 1
        assert place == 2
    ended.set()
    for thread in threads:
        thread.join()
    assert sorted(running) == ["a1", "a2", "b", "c"]


def test_a_task_that_waits_can_be_cancelled() -> None:
    turns = FairTurns(1)
    with turns.turn(Share("a")), pytest.raises(JobCancelled), turns.turn(Share("b"), lambda: True):
        pass
    with turns.turn(Share("b")) as place:
        assert place == 0, "what was cancelled takes no place"


def test_the_last_of_three_places_is_left_for_another_tenant() -> None:
    turns, release = FairTurns(3), threading.Event()
    running: list[str] = []

    def work(tenant: str) -> None:
        with turns.turn(Share(tenant, 1)):
            running.append(tenant)
            release.wait(10)

    threads = [threading.Thread(target=work, args=("a",)) for _ in range(5)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(running) == 2)
    time.sleep(0.5)
    assert running == ["a", "a"]
    threads.append(threading.Thread(target=work, args=("b",)))
    threads[-1].start()
    wait_until(lambda: "b" in running)
    release.set()
    for thread in threads:
        thread.join()
