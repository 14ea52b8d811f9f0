"""`kb eval speed`: warm times, a cold `kb ask`, and the memory of a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.datasets import benchmark_collections, collection_index, question_files
from eval.runs.speed import latency
from kb.core.settings import Settings

pytestmark = pytest.mark.slow


def test_cold_start_and_memory_are_measured_in_new_processes(settings: Settings, beir: Path) -> None:
    dataset = benchmark_collections.load(beir)
    index_settings, tenant = collection_index.ensure(settings, dataset, lambda *_: None)
    found = latency.measure(index_settings, tenant, question_files.from_dataset(dataset)[:1], cold=1)
    assert found["cold_ask_s"] > 0
    assert found["memory_mb"] > 50
