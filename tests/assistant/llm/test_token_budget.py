"""A tenant's tokens of a day: reserved before a request, settled after it, never spent twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date
from functools import partial
from multiprocessing import get_context
from threading import Barrier, Event

import pytest

from assistant import turn
from assistant.llm import token_budget
from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.library import tenant_settings
from kb.library.documents import Library
from kb.search.retriever import Retriever
from kb.store import tenants
from tests.helpers.language_model_server import LanguageModelServer

pytestmark = pytest.mark.slow

LIMIT = 450


@pytest.fixture
def limited(settings: Settings) -> Settings:
    settings = settings.model_copy(update={"llm_daily_tokens": LIMIT})
    tenants.create(settings, "harmony", "和諧")
    return settings


@pytest.fixture
def library(limited: Settings) -> Library:
    return Library(tenants.get(limited, "harmony"))


def reserve(settings: Settings, count: int) -> str:
    """Reserve ``count`` tokens as a request would; return "reserved", or the code of the error."""
    try:
        token_budget.reserve(settings, Library(tenants.get(settings, "harmony")), count)
    except Transient as error:
        return error.code
    return "reserved"


def begin_together(barrier: Barrier) -> None:
    """Keep a new process until the others are there."""
    barrier.wait(60)


def processes() -> Executor:
    context = get_context("spawn")
    return ProcessPoolExecutor(2, context, begin_together, (context.Barrier(2),))


@pytest.mark.parametrize("workers", [partial(ThreadPoolExecutor, 8), processes], ids=["threads", "processes"])
def test_the_last_tokens_are_spent_once(limited: Settings, library: Library, workers: Callable[[], Executor]) -> None:
    with workers() as pool:
        told = list(pool.map(reserve, [limited] * 200, [3] * 200))
    assert (told.count("reserved"), told.count("llm_budget")) == (LIMIT // 3, 200 - LIMIT // 3)
    assert token_budget.spent(library) == LIMIT


def test_what_was_not_used_is_given_back(limited: Settings, library: Library) -> None:
    first = token_budget.reserve(limited, library, 400)
    assert reserve(limited, 100) == "llm_budget"
    token_budget.settle(library, first, 120)
    assert token_budget.spent(library) == 120
    assert reserve(limited, 330) == "reserved"
    assert reserve(limited, 1) == "llm_budget"


def test_a_request_that_ends_after_midnight_leaves_the_new_day_alone(
    limited: Settings, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = token_budget.reserve(limited, library, 400)
    monkeypatch.setattr(token_budget, "today", lambda: date(2099, 1, 1))
    assert token_budget.spent(library) == 0
    assert reserve(limited, 200) == "reserved"
    token_budget.settle(library, late, 100)
    assert token_budget.spent(library) == 200


def test_a_request_that_waits_over_midnight_is_of_the_new_day(
    limited: Settings, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another writer has the records, over midnight, and reserves tokens of the new day."""
    day, holds, has_waited = [date(2098, 12, 31)], Event(), Event()
    monkeypatch.setattr(token_budget, "today", lambda: day[0])

    def other(_: object) -> dict[str, object]:
        holds.set()
        has_waited.wait(0.5)
        day[0] = date(2099, 1, 1)
        return {"day": "2099-01-01", "tokens": 200}

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(tenant_settings.update, library, token_budget.KEY, other)
        holds.wait()
        reserved = token_budget.reserve(limited, library, 100)
        first.result()
    assert reserved == token_budget.Reservation("2099-01-01", 100)
    assert token_budget.spent(library) == 300


def test_a_clock_that_goes_back_does_not_give_the_day_again(
    limited: Settings, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_budget, "today", lambda: date(2099, 1, 2))
    assert reserve(limited, 200) == "reserved"
    monkeypatch.setattr(token_budget, "today", lambda: date(2099, 1, 1))
    assert reserve(limited, 300) == "llm_budget"
    assert reserve(limited, 50) == "reserved"
    assert token_budget.spent(library) == 250
    monkeypatch.setattr(token_budget, "today", lambda: date(2099, 1, 2))
    assert token_budget.spent(library) == 250


def test_without_a_limit_nothing_is_counted(limited: Settings, library: Library) -> None:
    unlimited = limited.model_copy(update={"llm_daily_tokens": 0})
    token_budget.settle(library, token_budget.reserve(unlimited, library, 10**9), 10**9)
    assert token_budget.spent(library) == 0


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_costs_what_was_sent_and_written(
    speaking: Callable[..., LanguageModelServer], with_model: Callable[..., Retriever], status: int
) -> None:
    text = "未放取的年假最多可結轉5天到下一年度 [1]。"
    server = speaking(text, status=status)
    retriever = with_model(server.url, llm_daily_tokens=100_000)
    before = token_budget.spent(retriever.library)
    turn.answer(retriever, turn.Turn("年假可結轉多少天？"))
    sent = sum(token_budget.tokens("".join(one["content"] for one in body["messages"])) for body in server.requests)
    written = token_budget.tokens(text) * len(server.requests) if status == 200 else 0
    assert sent > 0
    assert token_budget.spent(retriever.library) - before == sent + written
