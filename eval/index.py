"""A test collection as a tenant of its own, through the product's own parser, outline, chunker and publishing.

Each index is a data folder in the bench folder, named after the collection and a digest of everything that
decides what lies in it: the corpus, the model, the chunk size and the code that makes chunks and words. A second
run finds it ready; embeddings outlive a change of that code (:mod:`eval.vector_cache`).
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import shutil
from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import filelock

from eval import vector_cache
from eval.datasets import Dataset, Entry
from ingest import chunk, outline
from ingest.parsers.elements import Builder
from ingest.parsers.text import add_text
from kb import publishing, tenants
from kb.language.detect import detect
from kb.library import DEFAULT_COLLECTION, Library
from kb.records.tables import ChunkRow, SectionRow
from kb.search import embedding, lexical
from kb.search.vectors import VectorStore
from kb.settings import Settings

__all__ = ["bench_folder", "code_digest", "ensure"]

# What decides how a corpus becomes chunks and words; a change makes the index anew.
_CODE = {
    "ingest": ("chunk.py", "outline.py", "pack.py", "split.py", "clauses.py", "join.py", "numbering.py", "toc.py",
               "table_text.py", "clause_words.json"),
    "ingest.parsers": ("text.py", "elements.py", "headings.py", "tables.py"),
    "kb.language": ("words.py", "script.py", "detect.py", "variants.tsv", "spellings.tsv", "number_words.tsv",
                    "stop_words_zh.txt", "stop_words_en.txt"),
    "eval": ("index.py",),
}
Progress = Callable[[str, int, int], None]


def bench_folder(settings: Settings) -> Path:
    """Return where indexes and results of test collections lie: in the data folder if one was named, else the cache."""
    return (settings.data if "data" in settings.model_fields_set else settings.cache) / "bench"


def ensure(settings: Settings, dataset: Dataset, progress: Progress) -> tuple[Settings, tenants.Tenant]:
    """Return settings and tenant of the collection's index, made first where it is missing.

    Args:
        settings: the model, the chunk size and the bench folder come from here.
        progress: told ``(step, done, total)``; steps are "read", "embed", "store".
    """
    slug = re.sub(r"[^a-z0-9]+", "-", dataset.name.casefold()).strip("-")[:30].strip("-") or "set"
    slug = slug if len(slug) > 2 else f"set-{slug}"
    model = embedding.identity(settings)
    key = hashlib.sha256(f"{dataset.digest} {model} {settings.chunk_tokens} {code_digest()}".encode()).hexdigest()
    bench = bench_folder(settings)
    home = bench / "indexes" / f"{slug}-{key[:12]}"
    inside = settings.model_copy(update={"data": home})
    home.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(home.with_suffix(".lock")):
        if not (home / "ready.json").is_file():
            shutil.rmtree(home, ignore_errors=True)
            tenant = tenants.create(inside, slug, dataset.name)
            number = _fill(inside, tenant, dataset, bench / "vectors.sqlite", progress)
            facts = {"dataset": dataset.name, "digest": dataset.digest, "model": model, "chunks": number}
            (home / "ready.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return inside, tenants.get(inside, slug)


def code_digest() -> str:
    """Return a digest of the files that make chunks and words."""
    digest = hashlib.sha256()
    for package, names in _CODE.items():
        folder: Traversable = files(package)
        for name in names:
            file = folder.joinpath(name)
            digest.update(name.encode() + (file.read_bytes() if file.is_file() else b""))
    for module in (publishing, lexical):  # of these only what writes: tuning a score must not index again
        writes = [one for name, one in vars(module).items() if name in {"fill", "_words", "add", "_INSERT"}]
        digest.update("".join(inspect.getsource(one) if callable(one) else str(one) for one in writes).encode())
    return digest.hexdigest()[:12]


def _fill(
    settings: Settings, tenant: tenants.Tenant, dataset: Dataset, cache: Path, progress: Progress
) -> int:
    encoder = embedding.load(settings)
    limit = min(settings.chunk_tokens, encoder.max_tokens)
    contents = []
    for done, entry in enumerate(dataset.corpus, 1):
        contents.append(_content(entry, encoder, limit))
        progress("read", done, len(dataset.corpus))
    texts = [text for _, made in contents for text in made]
    vectors = vector_cache.encode(cache, encoder, texts, lambda done, total: progress("embed", done, total))
    library = Library(tenant)
    collection = publishing.collection_for(library, DEFAULT_COLLECTION, str(encoder.identity))
    store = VectorStore(settings, tenant, DEFAULT_COLLECTION)
    start = 0
    for done, (entry, (content, made)) in enumerate(zip(dataset.corpus, contents, strict=True), 1):
        content.vectors = vectors[start : start + len(made)]
        start += len(made)
        # the id is part of the content: two entries with the same text are two documents here
        sha256 = hashlib.sha256(f"{entry.id}\n{entry.text}".encode()).hexdigest()
        begun = publishing.begin(library, collection, entry.id, sha256, len(entry.text.encode()))
        chunk_ids = publishing.fill(library, begun, content)
        store.add(begun.version_id, chunk_ids, content.vectors)
        publishing.publish(library, store, begun)
        progress("store", done, len(dataset.corpus))
    return len(texts)


def _content(entry: Entry, encoder: embedding.Encoder, limit: int) -> tuple[publishing.Content, list[str]]:
    """Read one entry as a plain-text document; its vectors are filled in later, from the texts returned."""
    builder = Builder()
    add_text(builder, entry.text)
    made = outline.build(builder.elements, entry.title)
    chunks = chunk.chunk(made, count_tokens=encoder.count_tokens, max_tokens=limit, title=entry.title)
    sections = [
        SectionRow(
            ordinal=one.ordinal, parent=one.parent, level=one.level, clause=one.clause, heading=one.heading, page=one.page
        )
        for one in made.sections
    ]
    language = detect(entry.text).value
    rows = [
        ChunkRow(
            ordinal=one.ordinal, section=one.section, kind=one.kind, language=detect(one.text).value, clause=one.clause,
            heading_path=one.heading_path, text=one.text, clauses=[list(pair) for pair in one.clauses], pages=one.pages,
            page_starts=[list(pair) for pair in one.page_starts], boxes=[list(box) for box in one.boxes], tokens=one.tokens,
        )
        for one in chunks
    ]
    content = publishing.Content(
        title=entry.title, language=language, page_count=None, sections=sections, chunks=rows,
        vectors=encoder.encode_passages([]),
    )
    return content, [chunk.embedding_text(entry.title, one) for one in chunks]
