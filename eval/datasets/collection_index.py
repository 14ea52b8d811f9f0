"""Indexes a test collection as a tenant of its own, with the outline, chunker and publishing of the product.

Each index is a data folder in the bench folder. Its name has the collection's name and a digest of everything that
determines the content: the corpus, the model, the chunk size and the code that makes chunks and words. A second run
uses the same index again. The embeddings are stored separately, so that they remain valid when that code changes
(:mod:`eval.datasets.vector_cache`).
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import filelock

from eval.datasets import vector_cache
from eval.datasets.benchmark_collections import CorpusEntry, Dataset
from eval.datasets.code_fingerprint import fingerprint
from ingest.parsers.shared.element_builder import ElementBuilder
from ingest.parsers.shared.parsed_document import ParsedDocument
from ingest.parsers.shared.plain_text import add_text
from ingest.prepared import PreparedDocument
from ingest.workers.reading_stage import prepare
from kb.core.errors import FileRejected
from kb.core.settings import Settings
from kb.library.documents import DEFAULT_COLLECTION, Library
from kb.publishing import version_writer
from kb.search.bilingual import pair_finder
from kb.search.dense import sentence_vectors
from kb.search.dense.vector_store import VectorStore
from kb.search.lexical import word_index
from kb.search.models import embedding
from kb.search.models.encoder import Encoder, Vectors
from kb.store import tenants
from kb.store.tables.library_tables import ChunkRow, SectionRow

__all__ = ["Progress", "bench_folder", "ensure"]

# These modules determine the chunks and words of a corpus. A change in any of them causes a new index.
_FINGERPRINTED_MODULES = (
    "ingest.structure.outline",
    "ingest.chunking.chunker",
    "ingest.parsers.shared.plain_text",
    "kb.language.words",
    "kb.language.detect",
    "kb.language.sentences",
    "kb.search.bilingual.alignment",
    "kb.search.bilingual.pair_finder",
    "kb.search.bilingual.similarity",
    "kb.search.bilingual.passages_by_language",
)
Progress = Callable[[str, int, int], None]
_MAX_INDEXES_PER_COLLECTION = 3
_SENTENCE_BATCH = 200  # chunks whose sentences are embedded between two progress reports


def bench_folder(settings: Settings) -> Path:
    """Return the folder for indexes and results of test collections: ``bench`` in the data folder or in the cache.

    The data folder is used if the person set one, otherwise the cache folder.
    """
    return (settings.data if "data" in settings.model_fields_set else settings.cache) / "bench"


def ensure(settings: Settings, dataset: Dataset, progress: Progress) -> tuple[Settings, tenants.Tenant]:
    """Return the settings and the tenant of the collection's index; build the index if it is missing.

    Args:
        settings: gives the model, the chunk size and the bench folder.
        progress: called with ``(step, done, total)``; the steps are "read", "embed", "store", "sentences".
    """
    slug = re.sub(r"[^a-z0-9]+", "-", dataset.name.casefold()).strip("-")[:30].strip("-")
    slug = slug if len(slug) > 2 else f"set-{slug or 0}"
    model = embedding.identity(settings)
    key = hashlib.sha256(f"{dataset.digest} {model} {settings.chunk_tokens} {_code_digest()}".encode()).hexdigest()
    bench = bench_folder(settings)
    index_folder = bench / "indexes" / f"{slug}-{key[:12]}"
    index_settings = settings.model_copy(update={"data": index_folder})
    index_folder.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(index_folder.with_suffix(".lock")):
        if not (index_folder / "ready.json").is_file():
            shutil.rmtree(index_folder, ignore_errors=True)
            tenant = tenants.create(index_settings, slug, dataset.name)
            number = _fill(index_settings, tenant, dataset, bench / "vectors.sqlite", progress)
            description = {"dataset": dataset.name, "digest": dataset.digest, "model": model, "chunks": number}
            (index_folder / "ready.json").write_text(json.dumps(description, indent=1), encoding="utf-8")
            _prune(index_folder.parent, slug)
    return index_settings, tenants.get(index_settings, slug)


def _prune(folder: Path, slug: str) -> None:
    """Remove old indexes of the same collection.

    The newest few remain: an earlier version of the code may need them again, and another process may use them.
    """
    indexes = sorted(folder.glob(f"{slug}-{'[0-9a-f]' * 12}/ready.json"), key=lambda path: path.stat().st_mtime)
    for ready in indexes[:-_MAX_INDEXES_PER_COLLECTION]:
        shutil.rmtree(ready.parent, ignore_errors=True)
        ready.parent.with_suffix(".lock").unlink(missing_ok=True)


def _code_digest() -> str:
    """Return a digest of the code that makes chunks and words.

    Of the publishing and search modules, only the functions that write are included: a change of the scoring does not
    cause a new index.
    """
    functions = [
        inspect.getsource(one)
        for one in (
            prepare,
            version_writer.fill,
            word_index.add,
            sentence_vectors.sentence_text,
            sentence_vectors.store,
        )
    ]
    return hashlib.sha256("".join([fingerprint(_FINGERPRINTED_MODULES), *functions]).encode()).hexdigest()


def _fill(settings: Settings, tenant: tenants.Tenant, dataset: Dataset, cache: Path, progress: Progress) -> int:
    encoder = embedding.load(settings)
    read: list[tuple[CorpusEntry, PreparedDocument]] = []
    for done, entry in enumerate(dataset.corpus, 1):
        prepared = _prepare(entry, settings, encoder)
        if prepared is not None:
            read.append((entry, prepared))
        progress("read", done, len(dataset.corpus))
    texts = [text for _, prepared in read for text in prepared.texts]
    vectors = vector_cache.encode(cache, encoder, texts, lambda done, total: progress("embed", done, total))
    library = Library(tenant)
    collection = version_writer.collection_for(library, DEFAULT_COLLECTION, str(encoder.identity))
    store = VectorStore(settings, tenant, DEFAULT_COLLECTION)
    start = 0
    for done, (entry, prepared) in enumerate(read, 1):
        rows = vectors[start : start + len(prepared.texts)]
        start += len(prepared.texts)
        # The hash includes the id, so that two entries with the same text are two documents.
        sha256 = hashlib.sha256(f"{entry.id}\n{entry.text}".encode()).hexdigest()
        started = version_writer.begin(library, collection, entry.id, sha256, len(entry.text.encode()))
        store.add(started.version_id, version_writer.fill(library, started, _content(prepared, rows)), rows)
        version_writer.publish(library, store, started)
        progress("store", done, len(read))
    pair_finder.find_pairs(library)
    _embed_sentences(library, encoder, cache, progress)
    return len(texts)


def _embed_sentences(library: Library, encoder: Encoder, cache: Path, progress: Progress) -> None:
    """Compute and store the sentence vectors, as the product does after publishing."""
    model = str(encoder.identity)
    with library.session() as session:
        total = sentence_vectors.outstanding(session, model)
    last = 0
    for done in range(0, total, _SENTENCE_BATCH):
        with library.session() as session:
            chunks = sentence_vectors.chunks_to_embed(session, model, _SENTENCE_BATCH, last)
        texts = [text for chunk in chunks for text in chunk.texts]
        vectors = vector_cache.encode(cache, encoder, texts, lambda done, new: None)
        with library.transaction() as session:
            sentence_vectors.store(session, chunks, vectors)
        last = chunks[-1].chunk_id
        progress("sentences", min(done + _SENTENCE_BATCH, total), total)


def _prepare(entry: CorpusEntry, settings: Settings, encoder: Encoder) -> PreparedDocument | None:
    """Read one entry as a plain-text document; return ``None`` if it has no text."""
    builder = ElementBuilder()
    add_text(builder, entry.text)
    try:
        return prepare(ParsedDocument(builder.elements, title=entry.title), "", settings, encoder)
    except FileRejected:
        return None


def _content(prepared: PreparedDocument, vectors: Vectors) -> version_writer.VersionContent:
    """Return the content without the dates that the text may state, so that every document is in force."""
    return version_writer.VersionContent(
        title=prepared.title,
        language=prepared.language,
        page_count=None,
        sections=[SectionRow(**row) for row in prepared.sections],
        chunks=[ChunkRow(**row) for row in prepared.chunks],
        vectors=vectors,
    )
