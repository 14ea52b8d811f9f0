"""The nearest chunks are the nearest ones, every time: whatever was asked, written or removed before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from kb.core.local_date import today
from kb.core.settings import Settings
from kb.publishing import version_writer
from kb.search import candidates
from kb.search.dense import flat_index
from kb.search.dense.flat_index import FlatIndex
from kb.search.dense.vector_store import VectorStore
from kb.search.models.encoder import Vectors
from kb.search.scope import Scope
from kb.store.tables.library_tables import ChunkRow, CollectionRow
from tests.helpers.shelf import Shelf

pytestmark = pytest.mark.slow


class VectorShelf(Shelf):
    """A tenant into which texts with given vectors are put."""

    def put_vectors(self, name: str, vectors: Vectors, collection: str = "main", **dates: date) -> list[int]:
        """Publish a document with one chunk for each vector; return the ids of the chunks."""
        self.collection = version_writer.collection_for(self.library, collection, str(self.encoder.identity))
        begun = self.begin(name, f"{name} {vectors.tobytes()!r}")
        chunks = [_chunk(place) for place in range(len(vectors))]
        content = version_writer.VersionContent(name, "zh-Hant", 1, [], chunks, vectors, **dates)
        ids = version_writer.fill(self.library, begun, content)
        store = VectorStore(self.settings, self.tenant, collection)
        store.add(begun.version_id, ids, vectors)
        version_writer.publish(self.library, store, begun)
        return ids

    def index(self) -> FlatIndex:
        return FlatIndex(self.library, lambda: str(self.encoder.identity))

    def scope(self) -> Scope:
        return Scope.of(self.library.in_force(today()))

    def groups(self) -> list[list[int]]:
        return list(self.scope().published.values())


def _chunk(place: int) -> ChunkRow:
    return ChunkRow(
        ordinal=place,
        section=None,
        kind="text",
        language="zh-Hant",
        clause=None,
        heading_path=[],
        text=f"第{place}段",
        clauses=[],
        pages=[1],
        page_starts=[[0, 1]],
        boxes=[],
        tokens=9,
    )


def random_vectors(number: int, seed: int = 1) -> Vectors:
    """Return vectors of length 1 that float16 holds exactly enough to keep their order."""
    made = np.random.default_rng(seed).standard_normal((number, 384)).astype(np.float32)
    unit = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit.astype(np.float16).astype(np.float32)


def nearest_by_hand(ids: Sequence[int], vectors: Vectors, queries: Vectors, limit: int) -> list[int]:
    order = np.argsort(-np.einsum("ij,kj->ik", vectors, queries), axis=0, kind="stable")[:limit]
    return [ids[place] for column in order.T for place in column]


@pytest.fixture
def shelf(settings: Settings) -> VectorShelf:
    return VectorShelf(settings)


def test_no_neighbour_is_missed(shelf: VectorShelf) -> None:
    """An HNSW graph misses some, others in each process; see docs/decisions/0016-same-answer-every-time.md."""
    vectors, queries = random_vectors(1500), random_vectors(20, seed=2)
    ids = shelf.put_vectors("rules.txt", vectors)
    wanted = nearest_by_hand(ids, vectors, queries, shelf.settings.candidates)
    found = candidates.nearest_chunks(shelf.settings, shelf.library, shelf.index(), queries, shelf.scope())
    assert found == wanted


def test_of_equally_near_chunks_the_first_are_taken(shelf: VectorShelf) -> None:
    vector = random_vectors(1)
    ids = shelf.put_vectors("forms.txt", np.repeat(vector, 50, axis=0))
    assert shelf.index().nearest(vector, shelf.groups(), 10) == ids[:10]


def test_each_group_and_each_query_has_its_own_nearest(shelf: VectorShelf) -> None:
    vectors = random_vectors(6)
    board = shelf.put_vectors("minutes.txt", vectors[:3], collection="board")
    main = shelf.put_vectors("rules.txt", vectors[3:])
    groups = shelf.groups()
    in_board = nearest_by_hand(board, vectors[:3], vectors[[0, 4]], 1)
    in_main = nearest_by_hand(main, vectors[3:], vectors[[0, 4]], 1)
    assert shelf.index().nearest(vectors[[0, 4]], groups, 1) == [*in_board, *in_main]
    assert set(shelf.index().nearest(vectors, groups[:1], 3) or ()) == set(board)


def test_an_empty_library_has_no_neighbours(shelf: VectorShelf) -> None:
    assert shelf.index().nearest(random_vectors(2), [], 10) == []
    assert shelf.index().nearest(random_vectors(2), [[7]], 10) == []


def test_what_is_added_and_removed_is_seen_at_the_next_question(shelf: VectorShelf) -> None:
    index, vectors = shelf.index(), random_vectors(4)
    first = shelf.put_vectors("a.txt", vectors[:2])
    assert index.nearest(vectors[:1], shelf.groups(), 4) is not None
    second = shelf.put_vectors("b.txt", vectors[2:])
    assert set(index.nearest(vectors, shelf.groups(), 4) or ()) == {*first, *second}
    shelf.remove("b.txt")
    assert set(index.nearest(vectors, shelf.groups(), 4) or ()) == set(first)


def test_the_vectors_of_a_removed_version_do_not_come_back(shelf: VectorShelf) -> None:
    index, vectors = shelf.index(), random_vectors(5)
    old = shelf.put_vectors("draft.txt", vectors[:2])
    assert index.nearest(vectors[:1], shelf.groups(), 1) == old[:1]
    shelf.remove("draft.txt")
    new = shelf.put_vectors("draft.txt", vectors[[2, 0]])
    assert not set(new) & set(old), "ids of removed rows are not given out again"
    assert index.nearest(vectors[:1], shelf.groups(), 1) == new[1:]


def test_a_version_that_held_before_is_found_in_its_time(shelf: VectorShelf) -> None:
    vectors = random_vectors(4)
    before = shelf.put_vectors("leave.txt", vectors[:2])
    shelf.put_vectors("leave.txt", vectors[2:], effective_from=date(2026, 1, 1))
    then = Scope.of(shelf.library.in_force(date(2025, 6, 1)))
    assert (then.stores, len(then.unpublished)) == ([], 1)
    found = candidates.nearest_chunks(shelf.settings, shelf.library, shelf.index(), vectors, then)
    assert set(found) == set(before)


def test_a_collection_of_another_model_is_left_out(shelf: VectorShelf) -> None:
    vectors = random_vectors(2)
    board = shelf.put_vectors("minutes.txt", vectors[:1, :128], collection="board")
    main = shelf.put_vectors("rules.txt", vectors[1:])
    with shelf.library.transaction() as session:
        session.query(CollectionRow).where(CollectionRow.slug == "board").update({"model": "another/128"})
    found = shelf.index().nearest(vectors, shelf.groups(), 5) or []
    assert set(found) == set(main)
    assert not set(found) & set(board)


def test_a_library_that_is_too_large_is_looked_up_in_chroma(
    shelf: VectorShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flat_index, "MAX_CHUNKS", 3)
    vectors = random_vectors(4)
    shelf.put_vectors("a.txt", vectors[:3])
    index = shelf.index()
    assert index.nearest(vectors, shelf.groups(), 5) is not None
    ids = shelf.put_vectors("b.txt", vectors[3:])
    assert index.nearest(vectors, shelf.groups(), 5) is None
    assert ids[0] in candidates.nearest_chunks(shelf.settings, shelf.library, index, vectors[3:], shelf.scope())
