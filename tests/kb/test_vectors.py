"""The vector store: as many neighbours as there are, also after somebody else has made it anew."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from kb.core.settings import Settings
from kb.erasure import store_files
from kb.search.dense.vector_store import VectorStore, cached_store
from kb.search.models.encoder import Vectors, decode_vector
from kb.store import tenants
from kb.store.tables.library_tables import ChunkRow
from kb.store.tenants import Tenant
from tests.helpers.shelf import Shelf

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


# Only glibc can overwrite memory; elsewhere nothing is claimed.
MEMORY = """
import ctypes, platform, sys
from pathlib import Path
from kb.core.settings import Settings
from kb.search.dense.vector_store import VectorStore
from kb.store.tenants import Tenant

library = ctypes.CDLL(None)
library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
VectorStore(Settings(data=Path(sys.argv[1])), Tenant("a-b", "", "", Path(sys.argv[1])), "main").count()
size, mark = 100_000, b"words of a document"
for _ in range(20):
    places = [library.malloc(size) for _ in range(9)]
    for place in places:
        ctypes.memmove(place, (mark * size)[:size], size)
    for place in places:
        library.free(place)
    place = library.malloc(size)
    assert mark not in ctypes.string_at(place, size) or platform.libc_ver()[0] != "glibc"
    library.free(place)
"""


def test_new_memory_has_no_words_of_before(tmp_path: Path) -> None:
    """Chroma writes memory that it never filled into its index files."""
    subprocess.run([sys.executable, "-c", MEMORY, str(tmp_path)], check=True, timeout=120)


def test_a_collection_written_anew_has_the_same_vectors_and_no_others(shelf: Shelf) -> None:
    kept, gone = shelf.put("a.txt", "年假十四日。"), shelf.put("b.txt", "病假兩日。")
    before = {path for path in shelf.tenant.vectors_path.iterdir() if path.is_dir()}
    other = VectorStore(shelf.settings, shelf.tenant, "main")
    with shelf.library.session() as session:
        rows = session.execute(sa.select(ChunkRow.id, ChunkRow.vector).where(ChunkRow.version_id == kept.version_id))
        ids, vectors = zip(*rows, strict=True)
    floats = np.stack([decode_vector(one) for one in vectors])
    asked: list[set[int]] = []

    def read(versions: set[int]) -> list[tuple[int, list[int], Vectors]]:
        asked.append(versions)
        return [(kept.version_id, list(ids), floats)]

    shelf.store.write_anew(read)
    assert asked == [{kept.version_id, gone.version_id}]
    for store in (shelf.store, VectorStore(shelf.settings, shelf.tenant, "main")):
        assert store.versions() == {kept.version_id}
        assert store.nearest(floats[:1], 5)[0][0][0] == ids[0]
    other.add(99, [99], floats[:1])  # opened before: it must not write into the old collection
    assert shelf.store.versions() == {kept.version_id, 99}
    store_files.remove_orphan_segments(shelf.tenant.vectors_path)
    assert not before & {path for path in shelf.tenant.vectors_path.iterdir() if path.is_dir()}
