"""Search in a library too large for the flat index: Chroma where it is sound, the records where it is not."""

from __future__ import annotations

import logging
import time

import numpy as np
import pytest

from kb.core.settings import Settings
from kb.search import candidates
from kb.search.dense import chroma_clients, exact_scan, flat_index, store_marks, store_trust
from kb.search.dense.flat_index import FlatIndex
from kb.search.models import embedding
from kb.search.scope import Scope
from kb.store import writer_lock
from tests.helpers.vector_library import VectorLibrary
from tests.kb.test_store_damage import damage

LIMIT = 5


@pytest.fixture
def library(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> VectorLibrary:
    """A library that is called large: its vectors are not held in memory."""
    monkeypatch.setattr(flat_index, "MAX_CHUNKS", 10)
    found = VectorLibrary(settings.model_copy(update={"candidates": LIMIT}))
    found.put("manual", 60)
    found.put("notice", 40)
    return found


def _nearest(library: VectorLibrary, place: int) -> list[int]:
    scope = Scope.of(library.library.readable_versions())
    index = FlatIndex(library.library, lambda: embedding.identity(library.settings))
    queries = library.vectors[place : place + 1]
    return candidates.nearest_chunks(library.settings, library.library, index, queries, scope)


def _exact(library: VectorLibrary, place: int) -> list[int]:
    order = np.argsort(-(library.vectors @ library.vectors[place]), kind="stable")[:LIMIT]
    return [library.ids[int(one)] for one in order]


def _wait_until(library: VectorLibrary, trusted: bool) -> None:
    deadline = time.monotonic() + 60
    while store_trust.is_trusted(library.settings, library.library, "main") is not trusted:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_first_questions_are_compared_with_the_records(library: VectorLibrary) -> None:
    assert _nearest(library, 3) == _exact(library, 3)
    assert not store_trust._state(library.settings, library.library, "main").trusted
    _wait_until(library, trusted=True)
    assert _nearest(library, 70) == _exact(library, 70)


def test_a_damaged_store_is_not_asked(library: VectorLibrary, caplog: pytest.LogCaptureFixture) -> None:
    chroma_clients.close_unused(0, 0)
    damage(library.tenant.vectors_path / "chroma.sqlite3", "cut")
    with caplog.at_level(logging.WARNING, "sinzi.vectors"):
        for place in (1, 50, 99):
            assert _nearest(library, place) == _exact(library, place)
        deadline = time.monotonic() + 60
        while "kb rebuild --tenant harmony" not in caplog.text:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert not store_trust.is_trusted(library.settings, library.library, "main")


def test_a_service_repairs_it_meanwhile(library: VectorLibrary) -> None:
    chroma_clients.close_unused(0, 0)
    damage(library.tenant.vectors_path / "chroma.sqlite3", "rubbish")
    with writer_lock.writing(library.settings.data, "kb serve"):
        for place in (1, 50, 99):
            assert _nearest(library, place) == _exact(library, place)
        _wait_until(library, trusted=True)
        assert library.store.ids() == set(library.ids)
        assert _nearest(library, 99) == _exact(library, 99)


def test_missing_vectors_and_the_mark_end_the_trust(library: VectorLibrary) -> None:
    _wait_until(library, trusted=True)
    library.store.remove(library.ids[:1])
    store_marks.mark_behind(library.tenant)
    assert _nearest(library, 0) == _exact(library, 0)


def test_the_scan_is_exact_whatever_the_parts(library: VectorLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = sorted(one.version.id for one in library.library.readable_versions())
    queries = library.vectors[[5, 90]]
    whole = exact_scan.scan(library.library, queries, [versions[:1], versions[1:]], LIMIT)
    assert len(whole) == 2 * 2 * LIMIT
    assert whole[0] == library.ids[5]
    monkeypatch.setattr(exact_scan, "_AT_ONCE", 7)
    assert exact_scan.scan(library.library, queries, [versions[:1], versions[1:]], LIMIT) == whole
    assert exact_scan.scan(library.library, queries, [[]], LIMIT) == []
