"""A tenant with many chunks whose vectors are random: what the vector store needs, without embedding a text."""

from __future__ import annotations

import hashlib

import numpy as np

from kb.core.settings import Settings
from kb.library.documents import DEFAULT_COLLECTION, Library
from kb.publishing import version_writer
from kb.search.dense.vector_store import VectorStore
from kb.search.models import embedding
from kb.search.models.encoder import Vectors
from kb.store import tenants
from kb.store.tables.library_tables import ChunkRow

__all__ = ["VectorLibrary"]

DIMENSION = 384


class VectorLibrary:
    """A tenant; ``vectors`` are those of all its chunks in order of their ids, as the records keep them."""

    def __init__(self, settings: Settings, slug: str = "harmony") -> None:
        self.settings = settings
        self.tenant = tenants.create(settings, slug, slug)
        self.library = Library(self.tenant)
        model = embedding.identity(settings)
        self.collection = version_writer.collection_for(self.library, DEFAULT_COLLECTION, model)
        self.store = VectorStore(settings, self.tenant, DEFAULT_COLLECTION)
        self.ids: list[int] = []
        self.vectors: Vectors = np.zeros((0, DIMENSION), dtype=np.float32)

    def put(self, name: str, number: int) -> version_writer.StartedVersion:
        """Publish a document of so many chunks."""
        vectors = np.random.default_rng(len(self.ids)).normal(size=(number, DIMENSION)).astype(np.float32)
        vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)
        chunks = [_chunk(ordinal) for ordinal in range(number)]
        sha256 = hashlib.sha256(f"{name}{number}".encode()).hexdigest()
        started = version_writer.begin(self.library, self.collection, name, sha256, 1)
        words = [(["word"], ["word"])] * number
        content = version_writer.VersionContent(name, "en", 1, [], chunks, vectors, words=words)
        ids = version_writer.fill(self.library, started, content)
        self.store.add(started.version_id, ids, vectors)
        version_writer.publish(self.library, self.store, started)
        self.ids += ids
        self.vectors = np.concatenate([self.vectors, vectors])
        return started

    def found(self, places: slice = slice(None, None, 50)) -> float:
        """Return the share of some vectors for which the store finds their own chunk first."""
        wanted = self.ids[places]
        hits = [one[0][0] if one else None for one in self.store.nearest(self.vectors[places], 1)]
        return sum(hit == chunk_id for hit, chunk_id in zip(hits, wanted, strict=True)) / len(wanted)


def _chunk(ordinal: int) -> ChunkRow:
    return ChunkRow(
        ordinal=ordinal,
        section=None,
        kind="text",
        language="en",
        clause=None,
        heading_path=[],
        text=f"line {ordinal}",
        clauses=[],
        pages=[1],
        page_starts=[[0, 1]],
        boxes=[],
        tokens=2,
    )
