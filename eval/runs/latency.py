"""Measures the time of a question, warm and cold, and the memory of a process that answers questions."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from assistant import turn
from eval import new_process
from eval.datasets.question_files import JudgedQuestion
from kb.core.cpu_cores import usable_cores
from kb.core.settings import Settings
from kb.search.retriever import Retriever
from kb.store.tenants import Tenant

__all__ = ["measure", "percentiles"]

# Asks every question once and prints the resident memory of the process in MB.
_SERVING_SCRIPT = """
import json, sys
import psutil
from assistant import turn
from kb.store import tenants
from kb.search.retriever import Retriever
from kb.core.settings import Settings
settings = Settings()
retriever = Retriever(settings, tenants.get(settings, sys.argv[1]))
for question in json.load(sys.stdin):
    turn.answer(retriever, turn.Turn(question))
print(psutil.Process().memory_info().rss / 1024 / 1024)
"""


def measure(
    settings: Settings,
    tenant: Tenant,
    questions: list[JudgedQuestion],
    *,
    cold: int = 3,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> dict[str, Any]:
    """Return milliseconds of warm search and warm answers, seconds of a cold ``kb ask``, and memory in MB.

    Args:
        cold: how many new processes to time; 0 omits cold start and memory.
    """
    retriever = Retriever(settings, tenant)
    turn.answer(retriever, turn.Turn(questions[0].question))
    search, answer = [], []
    for done, one in enumerate(questions, 1):
        started = time.perf_counter()
        retriever.search(retriever.read(one.question))
        between = time.perf_counter()
        turn.answer(retriever, turn.Turn(one.question, history=one.history, as_of=one.as_of))
        search.append((between - started) * 1000)
        answer.append((time.perf_counter() - between) * 1000)
        progress("ask", done, len(questions))
    found: dict[str, Any] = {
        "tenant": tenant.slug,
        "questions": len(questions),
        "cores": usable_cores(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "search_ms": percentiles(search),
        "answer_ms": percentiles(answer),
    }
    if cold:
        found["cold_ask_s"] = round(
            statistics.median(_cold_ask_seconds(settings, tenant, questions[0]) for _ in range(cold)), 2
        )
        found["memory_mb"] = _serving_memory_mb(settings, tenant, questions)
    return found


def _cold_ask_seconds(settings: Settings, tenant: Tenant, question: JudgedQuestion) -> float:
    started = time.perf_counter()
    new_process.run(new_process.KB, ["ask", question.question, "--tenant", tenant.slug, "--json"], settings)
    return time.perf_counter() - started


def _serving_memory_mb(settings: Settings, tenant: Tenant, questions: list[JudgedQuestion]) -> int:
    asked = json.dumps([one.question for one in questions])
    return round(float(new_process.run(_SERVING_SCRIPT, [tenant.slug], settings, stdin=asked).split()[-1]))


def percentiles(milliseconds: list[float]) -> dict[str, float]:
    """Return the median, the 95th percentile and the maximum; all 0 if there are no values."""
    p50, p95, most = np.percentile(milliseconds, [50, 95, 100]) if milliseconds else (0.0, 0.0, 0.0)
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1), "max": round(float(most), 1)}
