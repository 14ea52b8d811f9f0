"""Checks of an installation and its data; each fault comes with the command that mends it."""

from __future__ import annotations

import importlib
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kb.core import llm_probe
from kb.core.disk_errors import as_disk_error
from kb.core.errors import SinziError, Transient
from kb.core.settings import Settings
from kb.library.documents import DocumentVersion, Library
from kb.people import access
from kb.personal_data import stored_spans
from kb.publishing import personal_data_decisions
from kb.search.dense import store_repair
from kb.search.models import embedding
from kb.store import blobs, tenants, writer_lock
from kb.store.tables.library_tables import CollectionRow
from kb.store.tables.states import PersonalDataDecision, VersionState
from kb.store.tenants import Tenant

__all__ = ["LEAST_FREE_MB", "examine"]

PACKAGES = ("sentence-transformers", "chromadb", "llama-index-core", "unstructured", "fastapi", "dbos", "rapidocr")
LEAST_FREE_MB = 1024
_MOST_NAMED = 5
_TRIED_BYTES = 2**20


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
    folder = _data_folder(settings)
    yield folder
    yield _model(settings)
    if settings.llm_base_url or settings.llm_model:
        yield _language_model(settings)
    if not folder.ok:
        return  # whatever is looked at there writes a lock or a journal first
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


def _data_folder(settings: Settings) -> Finding:
    """Look whether the data folder is there and can be written."""
    what, folder = "data folder", settings.data
    if not (folder / "platform.sqlite").is_file():
        mend = "set KB_DATA to where the data lies; if this is a new installation: kb tenant create"
        return Finding(what, f"no organisations in {folder}", mend)
    for place in (folder, *(path for path in (folder / "tenants").glob("*") if path.is_dir())):
        try:
            with tempfile.TemporaryFile(dir=place) as stream:
                stream.write(b"0" * _TRIED_BYTES)
        except OSError as error:
            mend = f"free some space, or let the account that runs kb write to {place}"
            return Finding(what, f"{place} cannot be written: {error.strerror}", mend)
    return Finding(what, f"{folder} can be written")


def _model(settings: Settings) -> Finding:
    """Load the model and embed a text: a file cut short is seen only then."""
    try:
        embedding.load(settings).encode_queries(["善知"])
        return Finding("model", embedding.identity(settings))
    except SinziError as error:
        again = f"remove the folder {error.detail.get('model', '')}, then: make setup"
        mend = again if Path(str(error.detail.get("model", ""))).is_dir() else "make setup"
        return Finding("model", error.message("en"), f"{mend}  (or set KB_EMBEDDING_MODEL)")


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
        full = isinstance(as_disk_error(error), Transient)
        mend = f"free some space on the disk of {tenant.home}" if full else f"restore {tenant.home} from a backup"
        yield Finding(what, f"records: {error}", mend)
        return
    if state != "ok":
        yield Finding(what, f"records: {state}", f"restore {tenant.home} from a backup")
        return
    library = Library(tenant)
    documents = library.documents()
    missing = [h for h in documents if not blobs.original_path(tenant.files_path, h.version.sha256).is_file()]
    for entry in missing:
        yield Finding(what, f"original missing: {entry.document.name}", f"kb ingest <{entry.document.name}>")
    yield _personal_data(library, what)
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
        yield _vectors(settings, library, collection, name, mine, rebuild)


def _personal_data(library: Library, what: str) -> Finding:
    """Say which documents hold people's data; a list of persons is a fault where everybody reads it and nobody decided.

    What waits for a decision, or to be examined, is in order: nobody finds it, or the service does it by itself.
    """
    with library.session() as session:
        unexamined = len(stored_spans.unexamined(session))
    tenant = library.tenant.slug
    open_to_all = {row.slug for row in library.collections() if access.is_open_to_all(library, row)}
    rows = personal_data_decisions.holding_documents(library, [row.slug for row in library.collections()])
    shown = [
        opened.document.name
        for opened, found in rows
        if found.is_list and found.decision == PersonalDataDecision.NONE
        if opened.version.state == VersionState.PUBLISHED and opened.collection.slug in open_to_all
    ]
    if shown:
        names = ", ".join(shown[:_MOST_NAMED]) + (" …" if len(shown) > _MOST_NAMED else "")
        mend = f"kb personal-data decide DOCUMENT keep|mask|publish --tenant {tenant}"
        return Finding(what, f"lists of persons, open to all, that nobody has decided about: {names}", mend)
    waiting = sum(found.decision == PersonalDataDecision.WAITING for _, found in rows)
    facts = [
        f"people's data in {len({opened.document.id for opened, _ in rows})} documents",
        f"{waiting} lists of persons wait for a decision" if waiting else "",
        f"{unexamined} versions not examined yet (kb personal-data examine --tenant {tenant})" if unexamined else "",
    ]
    return Finding(what, ", ".join(filter(None, facts)))


def _vectors(
    settings: Settings,
    library: Library,
    collection: CollectionRow,
    name: str,
    documents: Sequence[DocumentVersion],
    rebuild: str,
) -> Finding:
    """Compare the vector store with the records; one that would end this process is opened in another one."""
    try:
        missing, extra, problem = store_repair.compare(settings, library, collection)
    except Transient as error:
        if settings.chroma_url:
            where = settings.chroma_url.rpartition("@")[2]
            mend = f"start the Chroma server at {where} (or correct KB_CHROMA_URL), then: {rebuild}"
        else:
            mend = rebuild
        return Finding(name, f"vectors: {error.detail['reason']}; search uses the records", mend)
    if missing or extra:
        return Finding(name, f"{len(missing)} vectors missing, {len(extra)} too many", rebuild)
    if problem:
        return Finding(name, f"vectors: {problem}", rebuild)
    chunks = sum(len(library.unmasked().chunks_of(entry.version.id)) for entry in documents)
    return Finding(name, f"{len(documents)} documents, {chunks} chunks")
