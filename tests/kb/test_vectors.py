"""The vector store: as many neighbours as there are, also after somebody else has made it anew."""

import numpy as np
import pytest

from kb.core.settings import Settings
from kb.search.dense.vector_store import VectorStore, cached_store
from kb.store import tenants
from kb.store.tenants import Tenant

CORNERS = np.eye(3, dtype=np.float32)


@pytest.fixture
def tenant(settings: Settings) -> Tenant:
    return tenants.create(settings, "harmony", "Harmony")


def test_nearest_first_and_no_more_than_there_are(settings: Settings, tenant: Tenant) -> None:
    store = VectorStore(settings, tenant, "main")
    assert store.nearest(CORNERS[:2], 60) == [[], []]
    store.add(1, [7, 8, 9], CORNERS)
    queries = np.array([[0.0, 0.8, 0.6], [1.0, 0.0, 0.0]], dtype=np.float32)
    first, second = store.nearest(queries, 60)
    assert [chunk_id for chunk_id, _ in first] == [8, 9, 7]
    assert [cosine for _, cosine in first] == pytest.approx([0.8, 0.6, 0.0], abs=1e-6)
    assert second[0] == pytest.approx((7, 1.0))
    assert len(store.nearest(queries, 2)[0]) == 2


def test_one_opened_before_a_rebuild_finds_what_is_there_now(settings: Settings, tenant: Tenant) -> None:
    VectorStore(settings, tenant, "main").add(1, [7, 8], CORNERS[:2])
    held = cached_store(settings, tenant, "main")
    assert [chunk_id for chunk_id, _ in held.nearest(CORNERS[:1], 1)[0]] == [7]
    rebuilt = VectorStore(settings, tenant, "main")
    rebuilt.reset()
    rebuilt.add(1, [9], CORNERS[2:])
    assert cached_store(settings, tenant, "main") is held
    assert [chunk_id for chunk_id, _ in held.nearest(CORNERS[:1], 5)[0]] == [9]
