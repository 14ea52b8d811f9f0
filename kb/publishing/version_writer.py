"""Writing to the library: starts, fills and publishes a version; removes a document.

A version becomes searchable in one transaction, when ``published_version_id`` flips; a crash before that
leaves the old version answering. What is searched has its vectors in the store before the flip, and loses them
after it: a crash between the two leaves vectors too many, which the next start sweeps, never too few. Every step
may be repeated after a crash and then gives the same result. How versions that are there change their state
(draft, published, superseded, withdrawn) is in :mod:`kb.publishing.version_states`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kb.core.errors import Conflict, InputError, Misconfigured, NotFound
from kb.core.short_names import SLUG
from kb.erasure import certificates
from kb.erasure.deleted_content import DeletedContent
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.personal_data import stored_spans
from kb.personal_data.concealment import conceal_text, without_fill
from kb.personal_data.personal_span import PersonalSpan
from kb.prompt_injection import chunk_orders
from kb.publishing import erasure, version_states
from kb.search.dense.vector_store import VectorStore
from kb.search.indexed_text import indexed_words
from kb.search.lexical import word_index
from kb.search.models.encoder import Vectors, encode_vector
from kb.store import blobs
from kb.store.database import lock_for_writing
from kb.store.tables.columns import now
from kb.store.tables.library_tables import (
    AmendmentRow,
    ChunkRow,
    CollectionRow,
    DocumentRow,
    PersonalDataRow,
    SectionRow,
    VersionRow,
)
from kb.store.tables.states import UNFINISHED, ErasureKind, PersonalDataDecision, VersionState

__all__ = [
    "COMMAND_LINE",
    "PersonalContent",
    "StartedVersion",
    "VersionContent",
    "begin",
    "collection_for",
    "discard",
    "fill",
    "publish",
    "refill",
    "remove_versions",
    "rename",
]

# Whoever works at the command line of the installation.
COMMAND_LINE = Actor("cli", "")


@dataclass(frozen=True, slots=True)
class StartedVersion:
    """What :func:`begin` found: ``unchanged`` needs no work, the others a filled and published version."""

    status: Literal["new", "replacement", "unchanged"]
    document: str
    document_id: int
    version_id: int
    number: int


@dataclass(frozen=True, slots=True)
class PersonalContent:
    """The people's data that was found in a version, and what was decided about it.

    ``spans`` has a list for each chunk; it is empty where the text is masked. ``decision`` NONE leaves a decision that
    was stored before as it is.
    """

    counts: Mapping[str, int]
    is_list: bool
    spans: Sequence[Sequence[PersonalSpan]]
    decision: PersonalDataDecision = PersonalDataDecision.NONE
    decided_by: str = ""


@dataclass(slots=True)
class VersionContent:
    """Everything read from a file, ready to be stored.

    ``vectors`` has shape (len(chunks), dimension); rows of ``sections``, ``chunks`` and ``amendments`` come
    without ids. ``words`` are the index words of each chunk (:func:`kb.search.indexed_text.indexed_words`), where they
    are known already.
    """

    title: str
    language: str
    page_count: int | None
    sections: list[SectionRow]
    chunks: list[ChunkRow]
    vectors: Vectors
    issued: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    amendments: list[AmendmentRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    page_labels: list[str] = field(default_factory=list)
    hidden_text: list[str] = field(default_factory=list)
    words: list[tuple[list[str], list[str]]] | None = None
    personal_data: PersonalContent | None = None


def collection_for(library: Library, slug: str, model: str, name: str = "") -> CollectionRow:
    """Return the collection ``slug``, created where missing, after checking its embedding model.

    Raises:
        InputError: ``collection_slug_invalid``.
        Misconfigured: ``model_mismatch``.
    """
    if not SLUG.fullmatch(slug):
        raise InputError("collection_slug_invalid", collection=slug)
    with library.transaction() as session:
        row = session.scalar(sa.select(CollectionRow).where(CollectionRow.slug == slug))
        if row is None:
            row = CollectionRow(slug=slug, name=name or slug, model=model)
            session.add(row)
        elif not row.model:
            row.model = model
        stored = row.model
    if stored != model:
        raise Misconfigured("model_mismatch", collection=slug, stored=stored, current=model, tenant=library.tenant.slug)
    return row


def begin(
    library: Library, collection: CollectionRow, name: str, sha256: str, size_bytes: int, *, draft: bool = False
) -> StartedVersion:
    """Open a version of the document ``name`` for content ``sha256``.

    Content that is published in this collection already, under this or another name, is ``unchanged``; so is a
    ``draft`` that exists already. An incomplete version left by a crash is continued, and so is one that waits for a
    decision on its people's data.
    """
    with library.transaction() as session:
        same = _published_with(session, collection, name, sha256)
        if same is None and draft:
            same = _draft_with(session, collection, name, sha256)
        if same is not None:
            document, version = same
            return StartedVersion("unchanged", document.name, document.id, version.id, version.number)
        query = sa.select(DocumentRow).where(DocumentRow.collection_id == collection.id, DocumentRow.name == name)
        found = session.scalar(query)
        last_document, last_version, _ = certificates.last_ids(session)
        document = found or DocumentRow(id=last_document + 1, collection_id=collection.id, name=name)
        if found is None:
            session.add(document)
            session.flush()
        version = _unfinished(session, document, sha256) or VersionRow(
            id=last_version + 1,
            document_id=document.id,
            number=_next_number(session, document),
            sha256=sha256,
            size_bytes=size_bytes,
        )
        session.add(version)
        session.flush()
        status: Literal["new", "replacement"] = "replacement" if document.published_version_id else "new"
        return StartedVersion(status, name, document.id, version.id, version.number)


def _published_with(
    session: Session, collection: CollectionRow, name: str, sha256: str
) -> tuple[DocumentRow, VersionRow] | None:
    query = (
        sa.select(DocumentRow, VersionRow)
        .join(VersionRow, VersionRow.id == DocumentRow.published_version_id)
        .where(DocumentRow.collection_id == collection.id, VersionRow.sha256 == sha256)
        .order_by((DocumentRow.name == name).desc())
    )
    row = session.execute(query).first()
    if row is None or row[0].name == name:
        return row
    # The same bytes under another name are known already, unless they are meant to replace a document here.
    replaces = sa.select(DocumentRow.id).where(
        DocumentRow.collection_id == collection.id,
        DocumentRow.name == name,
        DocumentRow.published_version_id.is_not(None),
    )
    return None if session.scalar(replaces) else row


def _draft_with(
    session: Session, collection: CollectionRow, name: str, sha256: str
) -> tuple[DocumentRow, VersionRow] | None:
    query = (
        sa.select(DocumentRow, VersionRow)
        .join(VersionRow, VersionRow.document_id == DocumentRow.id)
        .where(DocumentRow.collection_id == collection.id, DocumentRow.name == name)
        .where(VersionRow.sha256 == sha256, VersionRow.state == VersionState.DRAFT)
    )
    row = session.execute(query).first()
    return (row[0], row[1]) if row else None


def _unfinished(session: Session, document: DocumentRow, sha256: str) -> VersionRow | None:
    waits = sa.select(PersonalDataRow.version_id).where(PersonalDataRow.decision == PersonalDataDecision.WAITING)
    waits_as_draft = (VersionRow.state == VersionState.DRAFT) & VersionRow.id.in_(waits)
    query = sa.select(VersionRow).where(
        VersionRow.document_id == document.id,
        VersionRow.sha256 == sha256,
        (VersionRow.state == VersionState.INDEXING) | waits_as_draft,
    )
    return session.scalar(query.order_by(VersionRow.id))


def _next_number(session: Session, document: DocumentRow) -> int:
    query = sa.select(sa.func.max(VersionRow.number)).where(VersionRow.document_id == document.id)
    return (session.scalar(query) or 0) + 1


def refill(library: Library, version_id: int, document: str) -> StartedVersion:
    """Open a version that is there to be filled again; until :func:`fill` it stays as it is.

    Raises:
        Conflict: ``document_deleted`` if it was deleted meanwhile.
    """
    with library.session() as session:
        version = version_states.existing(session, VersionRow, version_id, document)
        name = session.get_one(DocumentRow, version.document_id).name
    return StartedVersion("replacement", name, version.document_id, version.id, version.number)


def fill(library: Library, started: StartedVersion, content: VersionContent) -> list[int]:
    """Store a version's sections, chunks, words and vectors, replacing what an earlier try left.

    The version has the title of ``content``, or the one that a person gave the document. Titles are shown to all who
    read the collection, so one that was read from the document is stored without people's data.

    Returns:
        The chunk ids in order of ``content.chunks``.

    Raises:
        Conflict: ``document_deleted`` if the document was deleted meanwhile.
    """
    parts: list[SectionRow | ChunkRow | AmendmentRow] = [*content.sections, *content.chunks, *content.amendments]
    for row in parts:
        row.version_id = started.version_id
    for chunk, vector in zip(content.chunks, content.vectors, strict=True):
        chunk.vector = encode_vector(vector)
    # Finding the words is slow, so it is done before the transaction, which blocks other writers.
    title = _title_by_hand(library, started) or without_fill(conceal_text(content.title))
    words = content.words if title == content.title else []
    words = words or [indexed_words(title, one.heading_path, one.clause, one.text) for one in content.chunks]
    with library.transaction() as session:
        version = version_states.existing(session, VersionRow, started.version_id, started.document)
        chunk_orders.keep_allowed(session, started.document_id, content.chunks)
        version_states.delete_contents(session, started.version_id)
        version.hidden_text = list(content.hidden_text)
        version.title, version.language, version.page_count = title, content.language, content.page_count
        version.issued = content.issued
        version.effective_from, version.effective_to = content.effective_from, content.effective_to
        version.notes, version.page_labels = list(content.notes), list(content.page_labels)
        session.add_all([*content.sections, *content.amendments])
        last_chunk = certificates.last_ids(session)[2]
        for number, chunk in enumerate(content.chunks, 1):
            chunk.id = last_chunk + number
        session.add_all(content.chunks)
        session.flush()
        entries = [(chunk.id, *both) for chunk, both in zip(content.chunks, words, strict=True)]
        word_index.add(session, started.version_id, entries)
        if content.personal_data is not None:
            _store_personal_data(session, started.version_id, content.chunks, content.personal_data)
        return [chunk.id for chunk in content.chunks]


def _store_personal_data(session: Session, version_id: int, chunks: Sequence[ChunkRow], found: PersonalContent) -> None:
    row = stored_spans.store(session, version_id, found.counts, found.is_list)
    if found.decision != PersonalDataDecision.NONE:
        row.decision, row.decided_by, row.decided_at = found.decision, found.decided_by, now()
    stored_spans.store_spans(session, dict(zip([chunk.id for chunk in chunks], found.spans, strict=True)))


def _title_by_hand(library: Library, started: StartedVersion) -> str | None:
    with library.session() as session:
        document = session.get_one(DocumentRow, started.document_id)
        return document.title if document.title_by_hand else None


def publish(library: Library, vectors: VectorStore, started: StartedVersion) -> None:
    """Let the version answer and the one before it rest.

    The version's vectors must be in ``vectors`` already.

    Raises:
        Conflict: ``document_deleted`` if the document was deleted meanwhile.
    """
    with library.transaction() as session:
        version_states.existing(session, VersionRow, started.version_id, started.document)
        old = version_states.put_in_force(session, started.document_id, started.version_id)
    if old is not None:
        vectors.remove_version(old)


def discard(library: Library, started: StartedVersion) -> None:
    """Undo :func:`begin` for a file that could not be read; a document without any version goes too."""
    with library.transaction() as session:
        version = session.get(VersionRow, started.version_id)
        if version is None or version.state != VersionState.INDEXING:
            return
        version_states.delete_contents(session, version.id)
        session.delete(version)
        session.flush()
        left = sa.select(sa.func.count()).where(VersionRow.document_id == started.document_id)
        if not session.scalar(left):
            session.execute(sa.delete(DocumentRow).where(DocumentRow.id == started.document_id))


def rename(library: Library, document_id: int, name: str) -> None:
    """Give a document another name, the one by which its next version is recognised.

    Raises:
        Conflict: ``document_name_taken`` if another document of its collection has that name.
    """
    try:
        with library.transaction() as session:
            session.get_one(DocumentRow, document_id).name = name
    except IntegrityError as error:
        raise Conflict("document_name_taken", name=name) from error


def remove_versions(
    library: Library, vectors: VectorStore, deleted: DeletedContent, kind: ErasureKind, actor: Actor
) -> int:
    """Delete versions of documents of one collection, and documents of which no version is left.

    What others keep of their text goes with them (:mod:`kb.publishing.erasure`): stored answers that use it are
    emptied. What remains in free pages and files is removed afterwards (:mod:`kb.publishing.erasure_followup`).

    Returns:
        The number of the certificate.

    Raises:
        NotFound: ``document_not_found`` if somebody else deleted them in the meantime.
    """
    handlers = erasure.handlers()
    erasure.mark_pending(library.tenant)
    with library.transaction() as session:
        lock_for_writing(session)
        wanted = VersionRow.id.in_(deleted.version_ids) | VersionRow.document_id.in_(deleted.document_ids)
        versions = session.scalars(sa.select(VersionRow).where(wanted)).all()  # also one that was begun just now
        if not versions:
            raise NotFound("document_not_found", document=", ".join(deleted.names.values()))
        ids = {version.id for version in versions}
        sent = erasure.erase_copies(session, deleted, handlers)
        certificate = certificates.begin(session, deleted, versions, kind, actor, sent).id
        for version in versions:
            version_states.delete_contents(session, version.id)
        digests = {version.sha256 for version in versions}
        documents = {version.document_id for version in versions}
        session.execute(sa.delete(VersionRow).where(VersionRow.id.in_(ids)))
        left = sa.select(VersionRow.document_id)
        session.execute(sa.delete(DocumentRow).where(DocumentRow.id.in_(documents), DocumentRow.id.not_in(left)))
        version_states.forget_published(session, ids)
        kept = set(session.scalars(sa.select(VersionRow.sha256).where(VersionRow.sha256.in_(digests))))
        kept |= version_states.originals_of_uploads(session, UNFINISHED)  # the same content, handed in again
        # before the deletion can be seen: the search in the background may begin at once
        erasure.keep_until_searched(library.tenant, certificate, deleted)
    for version_id in ids:
        vectors.remove_version(version_id)
    for sha256 in digests - kept:
        blobs.erase(library.tenant.files_path, sha256)
    erasure.mark_pending(library.tenant)  # again: a search that ended just now may have removed the mark
    return certificate
