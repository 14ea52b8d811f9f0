"""Checks of an installation and its data; each fault comes with the command that mends it."""

from __future__ import annotations

import importlib
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from kb.core import llm_probe
from kb.core.errors import SinziError
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.dense.vector_store import VectorStore
from kb.search.models import embedding
from kb.store import blobs, tenants, writer_lock
from kb.store.tenants import Tenant

__all__ = ["LEAST_FREE_MB", "examine"]

PACKAGES = ("sentence-transformers", "chromadb", "llama-index-core", "unstructured", "fastapi", "dbos", "rapidocr")
LEAST_FREE_MB = 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, what was found, and how to mend it (empty when it is in order)."""

    what: str
    found: str
    mend: str = ""

    @property
    def ok(self) -> bool:
        return not self.mend


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at packages, disk, model, and each tenant's records, originals and vectors."""
    yield from _packages()
    yield _disk(settings)
    yield _model(settings)
    if settings.llm_base_url or settings.llm_model:
        yield _language_model(settings)
    busy = writer_lock.held_elsewhere(settings.data)
    yield Finding("writer", writer_lock.holder(settings.data) if busy else "free")
    for tenant in tenants.listing(settings):
        yield from _tenant(settings, tenant, busy)


def _packages() -> Iterator[Finding]:
    for name in PACKAGES:
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            yield Finding(name, "missing", f"pip install {name}")
    module = importlib.import_module("sqlite3")
    yield Finding("SQLite", module.sqlite_version)


def _disk(settings: Settings) -> Finding:
    folder = next(path for path in [settings.data, *settings.data.parents] if path.exists())
    free = shutil.disk_usage(folder).free // 2**20
    mend = f"free some space on the disk of {settings.data}, or set KB_DATA" if free < LEAST_FREE_MB else ""
    return Finding("disk", f"{free} MB free at {settings.data}", mend)


def _model(settings: Settings) -> Finding:
    try:
        return Finding("model", embedding.identity(settings))
    except SinziError as error:
        return Finding("model", error.message("en"), "make setup  (or set KB_EMBEDDING_MODEL)")


def _language_model(settings: Settings) -> Finding:
    """Ask the language model one word: wrong address, key, name and time-outs show here, not in someone's answer."""
    what = "language model"
    if not (settings.llm_base_url and settings.llm_model):
        missing = "KB_LLM_MODEL" if settings.llm_base_url else "KB_LLM_BASE_URL"
        return Finding(what, f"{missing} is empty", f"set {missing}  (see: kb settings)")
    started = time.perf_counter()
    try:
        llm_probe.probe(settings)
    except SinziError as error:
        mend = "start the server, or set KB_LLM_BASE_URL, KB_LLM_MODEL and KB_LLM_API_KEY  (see: kb settings)"
        return Finding(what, error.message("en"), mend)
    seconds = time.perf_counter() - started
    return Finding(
        what, f"{settings.llm_model} at {settings.llm_base_url.rpartition('@')[2]} answers in {seconds:.1f} s"
    )


def _tenant(settings: Settings, tenant: Tenant, busy: bool) -> Iterator[Finding]:
    what = f"tenant {tenant.slug}"
    try:
        with sqlite3.connect(f"file:{tenant.records_path}?mode=ro", uri=True) as connection:
            state = connection.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        yield Finding(what, f"records: {error}", f"restore {tenant.home} from a backup")
        return
    if state != "ok":
        yield Finding(what, f"records: {state}", f"restore {tenant.home} from a backup")
        return
    library = Library(tenant)
    documents = library.documents()
    missing = [h for h in documents if not blobs.original_path(tenant.files_path, h.version.sha256).is_file()]
    for entry in missing:
        yield Finding(what, f"original missing: {entry.document.name}", f"kb ingest <{entry.document.name}>")
    rebuild = f"kb rebuild --tenant {tenant.slug}"
    for collection in library.collections():
        mine = [entry for entry in documents if entry.collection.id == collection.id]
        name = f"{what}/{collection.slug}"
        try:
            if collection.model and collection.model != embedding.identity(settings):
                yield Finding(name, f"model {collection.model}", rebuild)
                continue
        except SinziError:
            continue
        if busy and not settings.chroma_url:
            yield Finding(name, f"{len(mine)} documents (vectors not looked at: being written)")
            continue
        wanted = {chunk.id for entry in mine for chunk in library.chunks_of(entry.version.id)}
        there = VectorStore(settings, tenant, collection.slug).ids()
        if wanted != there:
            yield Finding(name, f"{len(wanted - there)} vectors missing, {len(there - wanted)} too many", rebuild)
        else:
            yield Finding(name, f"{len(mine)} documents, {len(wanted)} chunks")
