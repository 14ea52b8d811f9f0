"""Times search among many synthetic chunks (for example 1,000, 10,000 and 100,000), made from a test collection.

The text of a synthetic chunk has sentences of several real chunks. Its vector is a real vector with random noise,
normalised to length 1. So words and vectors have a distribution like real ones. The sentence vectors are the chunk's
vector with noise again. A small collection is a hard test, because each of its few words then occurs in many chunks.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import sqlalchemy as sa

from eval.datasets.benchmark_collections import BenchmarkQuery
from kb.core.settings import Settings
from kb.language.sentences import sentences
from kb.library.documents import DEFAULT_COLLECTION, Library
from kb.publishing import version_writer
from kb.search.dense import sentence_vectors
from kb.search.dense.vector_store import VectorStore
from kb.search.models import embedding
from kb.search.models.encoder import Vectors, decode_vector
from kb.search.retriever import Retriever
from kb.store import tenants
from kb.store.tables.library_tables import ChunkRow
from kb.store.tenants import Tenant

__all__ = ["measure_growth"]

SEED = 20261123
_CHUNKS_PER_DOCUMENT = 200  # chunks of one synthetic document: a handbook of about 100 pages
_NOISE_LENGTH = 0.35  # length of the noise; the vector has length 1
_SENTENCES_PER_CHUNK = 8
Progress = Callable[[str, int, int], None]


def measure_growth(
    settings: Settings,
    source: Tenant,
    queries: Sequence[BenchmarkQuery],
    sizes: Sequence[int],
    folder: Path,
    progress: Progress,
) -> list[dict[str, Any]]:
    """Fill a tenant up to each size in turn, and time ``queries`` at each size.

    Args:
        source: the tenant with the real chunks.
        folder: a data folder for the synthetic tenant; it is emptied first and removed afterwards.

    Returns:
        One entry per size, ascending: ``{"chunks", "documents", "search_ms": {"p50", "p95", "p99", "max"}, "load",
        "memory_mb", "disk_mb", "fill_s"}``; ``load`` is the load average of the machine after the queries.
        ``memory_mb`` is the resident memory of this process, with the mapped pages of the records' file.
    """
    shutil.rmtree(folder, ignore_errors=True)
    tenant_settings = settings.model_copy(update={"data": folder})
    tenant = tenants.create(tenant_settings, "scale", "scale")
    generator = _ChunkGenerator(Library(source))
    found, chunk_count, fill_seconds = [], 0, 0.0
    try:
        for size in sorted(sizes):
            while chunk_count < size:
                started = time.perf_counter()
                chunk_count += _add_document(
                    tenant_settings, tenant, generator, chunk_count, min(_CHUNKS_PER_DOCUMENT, size - chunk_count)
                )
                fill_seconds += time.perf_counter() - started
                progress(f"fill {size:,}", chunk_count, size)
            times = _time_queries(
                Retriever(tenant_settings, tenant), queries, lambda done, total: progress("ask", done, total)
            )
            documents = len(Library(tenant).documents())
            found.append(
                {
                    "chunks": chunk_count,
                    "documents": documents,
                    "search_ms": times,
                    "fill_s": round(fill_seconds, 1),
                    **_resources(tenant),
                }
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


class _ChunkGenerator:
    """Generates synthetic chunks from real ones; the seed is fixed."""

    def __init__(self, library: Library) -> None:
        with library.session() as session:
            rows = session.execute(sa.select(ChunkRow.text, ChunkRow.language, ChunkRow.vector)).all()
            self.model = library.collection(DEFAULT_COLLECTION).model
        self.sentences = [[text[start:end] for start, end in sentences(text)] or [text] for text, _, _ in rows]
        self.languages = [language for _, language, _ in rows]
        self.vectors = np.stack([decode_vector(blob) for _, _, blob in rows])
        self.random = np.random.default_rng(SEED)

    def generate(self, number: int) -> tuple[list[ChunkRow], Vectors]:
        chosen = self.random.integers(0, len(self.vectors), number)
        chunks = [self._chunk(ordinal, int(one)) for ordinal, one in enumerate(chosen)]
        return chunks, self.perturb(self.vectors[chosen])

    def perturb(self, vectors: Vectors) -> Vectors:
        """Return the vectors with noise, normalised to length 1; the shape stays the same."""
        steps = self.random.standard_normal(vectors.shape, dtype=np.float32)
        near = vectors + steps * (_NOISE_LENGTH / np.linalg.norm(steps, axis=1, keepdims=True))
        return np.asarray(near / np.linalg.norm(near, axis=1, keepdims=True), dtype=np.float32)

    def _chunk(self, ordinal: int, chosen: int) -> ChunkRow:
        others = [chosen, *self.random.integers(0, len(self.sentences), 3)]
        pool = [sentence for one in others for sentence in self.sentences[int(one)]]
        order = self.random.permutation(len(pool))[:_SENTENCES_PER_CHUNK]
        return ChunkRow(
            ordinal=ordinal,
            section=None,
            kind="text",
            language=self.languages[chosen],
            clause=None,
            heading_path=[],
            text="\n".join(pool[int(one)] for one in order),
            clauses=[],
            pages=[ordinal // 2 + 1],
            page_starts=[[0, ordinal // 2 + 1]],
            boxes=[],
            tokens=0,
        )


def _add_document(settings: Settings, tenant: Tenant, generator: _ChunkGenerator, chunk_count: int, number: int) -> int:
    library = Library(tenant)
    chunks, vectors = generator.generate(number)
    name = f"synthetic-{chunk_count:07d}.pdf"
    collection = version_writer.collection_for(library, DEFAULT_COLLECTION, embedding.identity(settings))
    started = version_writer.begin(library, collection, name, hashlib.sha256(name.encode()).hexdigest(), 1)
    content = version_writer.VersionContent(name, chunks[0].language, number, [], chunks, vectors)
    store = VectorStore(settings, tenant, DEFAULT_COLLECTION)
    ids = version_writer.fill(library, started, content)
    store.add(started.version_id, ids, vectors)
    version_writer.publish(library, store, started)
    with library.transaction() as session:
        pending = sentence_vectors.chunks_to_embed(session, embedding.identity(settings), number, after=ids[0] - 1)
        vector_of = dict(zip(ids, vectors, strict=True))
        sentence_vectors.store(
            session,
            pending,
            generator.perturb(np.stack([vector_of[one.chunk_id] for one in pending for _ in one.spans])),
        )
    return number


def _time_queries(
    retriever: Retriever, queries: Sequence[BenchmarkQuery], progress: Callable[[int, int], None]
) -> dict[str, float]:
    milliseconds = []
    retriever.retrieve(queries[0].text)
    for done, query in enumerate(queries, 1):
        started = time.perf_counter()
        retriever.search(retriever.read(query.text))
        milliseconds.append((time.perf_counter() - started) * 1000)
        progress(done, len(queries))
    p50, p95, p99, most = np.percentile(milliseconds, [50, 95, 99, 100])
    return {"p50": round(p50, 1), "p95": round(p95, 1), "p99": round(p99, 1), "max": round(most, 1)}


def _resources(tenant: Tenant) -> dict[str, float]:
    size = sum(path.stat().st_size for path in tenant.home.rglob("*") if path.is_file())
    return {
        "load": round(psutil.getloadavg()[0], 2),
        "memory_mb": round(psutil.Process().memory_info().rss / 1024 / 1024),
        "disk_mb": round(size / 1024 / 1024),
    }
