"""The certificate of a deletion: what was deleted, by whom, when, where its text was sent, what the search found.

It names documents by their numbers and by the SHA-256 of the originals, never by name or title, and holds no text. It
holds a sample of fingerprints (:mod:`kb.erasure.fingerprints`), with which a later search is possible. Why not all of
them is in ``docs/decisions/0019-proof-of-erasure.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from kb.core.errors import NotFound
from kb.erasure.deleted_content import DeletedContent, stored_content
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.store.tables.activity_tables import ErasureRow
from kb.store.tables.columns import now
from kb.store.tables.library_tables import ChunkRow, DocumentRow, VersionRow
from kb.store.tables.states import ErasureKind, ErasureState

__all__ = [
    "Certificate",
    "Report",
    "Sent",
    "Trace",
    "begin",
    "get",
    "last_ids",
    "listing",
    "pending",
    "record_report",
    "search_again",
]


@dataclass(frozen=True, slots=True)
class DeletedVersion:
    """A version that was deleted. ``pages`` is None where the format has none."""

    document_id: int
    version_id: int
    number: int
    sha256: str
    size_bytes: int
    pages: int | None
    passages: int


@dataclass(frozen=True, slots=True)
class Sent:
    """Answers for which text of a deleted version was sent to a language model. Times are UTC."""

    host: str
    model: str
    external: bool
    answers: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Trace:
    """Pieces of the deleted content that a file has. ``place`` is its path in the data folder."""

    place: str
    kind: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a search.

    Attributes:
        files, size_bytes, unpacked: how much was searched; ``unpacked`` counts the members of compressed files.
        kept_files: originals and page images of documents that are still there, which were not searched.
        unreadable: paths of files that could not be read.
        pieces: how many pieces were searched for, by kind.
        shared: how many of them also stand in something that is still there, so that they are no trace.
        too_short: how many passages are too short to be searched for.
        is_complete: whether the whole text was searched for; False: a stored sample of it.
        external_stores: addresses of servers whose files cannot be searched from here.
        unfinished: what could not be cleaned, by file: it was in use all the time.
    """

    files: int
    size_bytes: int
    unpacked: int
    kept_files: int
    unreadable: tuple[str, ...]
    seconds: float
    pieces: dict[str, int]
    shared: dict[str, int]
    too_short: int
    is_complete: bool
    found: tuple[Trace, ...]
    external_stores: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()

    @property
    def is_clear(self) -> bool:
        return not self.found and not self.unfinished and not self.unreadable


@dataclass(frozen=True, slots=True)
class Certificate:
    """A deletion. ``report`` is None until it has been searched for the first time. Times are UTC."""

    id: int
    at: datetime
    actor: str
    name: str
    kind: ErasureKind
    collection: str
    state: ErasureState
    versions: tuple[DeletedVersion, ...]
    sent: tuple[Sent, ...]
    report: Report | None
    searched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Content:
    """The column ``content``."""

    versions: tuple[DeletedVersion, ...] = ()
    document_ids: tuple[int, ...] = ()
    too_short: int = 0
    sent: tuple[Sent, ...] = field(default=())


_CONTENT, _REPORT = TypeAdapter(Content), TypeAdapter(Report)


def begin(
    session: Session,
    deleted: DeletedContent,
    versions: Sequence[VersionRow],
    kind: ErasureKind,
    actor: Actor,
    sent: Iterable[Sent],
) -> ErasureRow:
    """Add the record of a deletion; call it in the transaction that deletes, before the rows are gone."""
    passages = dict(
        session.execute(
            sa.select(ChunkRow.version_id, sa.func.count())
            .where(ChunkRow.version_id.in_(deleted.version_ids))
            .group_by(ChunkRow.version_id)
        ).all()
    )
    content = Content(
        versions=tuple(
            DeletedVersion(
                one.document_id, one.id, one.number, one.sha256, one.size_bytes, one.page_count, passages.get(one.id, 0)
            )
            for one in versions
        ),
        document_ids=tuple(sorted(deleted.document_ids)),
        too_short=deleted.too_short,
        sent=tuple(sent),
    )
    documents, numbers, chunks = last_ids(session)
    row = ErasureRow(
        actor=actor.id,
        name=actor.name,
        kind=kind,
        collection=deleted.collection,
        last_document_id=documents,
        last_version_id=numbers,
        last_chunk_id=chunks,
        content=_CONTENT.dump_python(content, mode="json"),
        fingerprints=deleted.stored.to_bytes(),
    )
    session.add(row)
    session.flush()
    return row


def last_ids(session: Session) -> tuple[int, int, int]:
    """Return the highest id of a document, a version and a chunk that was ever given out.

    SQLite would give the id of a deleted row to the next one. Then an answer, a job or a vector that still names the
    deleted version would mean another one.
    """
    highest = []
    for table, column in (
        (DocumentRow, ErasureRow.last_document_id),
        (VersionRow, ErasureRow.last_version_id),
        (ChunkRow, ErasureRow.last_chunk_id),
    ):
        found = (session.scalar(sa.select(sa.func.max(one))) or 0 for one in (table.id, column))
        highest.append(max(found))
    return highest[0], highest[1], highest[2]


def _certificate(row: ErasureRow) -> Certificate:
    content = _CONTENT.validate_python(row.content)
    return Certificate(
        id=row.id,
        at=row.at,
        actor=row.actor,
        name=row.name,
        kind=row.kind,
        collection=row.collection,
        state=row.state,
        versions=content.versions,
        sent=content.sent,
        report=None if row.report is None else _REPORT.validate_python(row.report),
        searched_at=row.searched_at,
    )


def listing(library: Library, limit: int = 200) -> list[Certificate]:
    """Return the certificates of a tenant, newest first."""
    with library.session() as session:
        rows = session.scalars(sa.select(ErasureRow).order_by(ErasureRow.id.desc()).limit(limit))
        return [_certificate(row) for row in rows]


def get(library: Library, erasure_id: int) -> Certificate:
    """Return a certificate.

    Raises:
        NotFound: ``erasure_not_found``.
    """
    with library.session() as session:
        row = session.get(ErasureRow, erasure_id)
    if row is None:
        raise NotFound("erasure_not_found", number=erasure_id)
    return _certificate(row)


def pending(library: Library) -> Iterator[tuple[int, DeletedContent]]:
    """Yield the deletions that were not searched yet, oldest first, as far as the certificates hold them."""
    with library.session() as session:
        rows = session.scalars(
            sa.select(ErasureRow).where(ErasureRow.state == ErasureState.PENDING).order_by(ErasureRow.id)
        ).all()
    for row in rows:
        yield row.id, _content_of(library, row)


def _content_of(library: Library, row: ErasureRow) -> DeletedContent:
    """Return the deleted content as far as its certificate holds it."""
    content = _CONTENT.validate_python(row.content)
    return stored_content(
        library,
        version_ids=(one.version_id for one in content.versions),
        document_ids=content.document_ids,
        collection=row.collection,
        sha256s=(one.sha256 for one in content.versions),
        stored=row.fingerprints,
        too_short=content.too_short,
    )


def record_report(library: Library, erasure_id: int, report: Report) -> None:
    """Store the result of a search.

    A search for the stored sample, which has no names and titles, does not clear what an earlier one has found.
    """
    with library.transaction() as session:
        row = session.get_one(ErasureRow, erasure_id)
        was_found = not report.is_complete and bool((row.report or {}).get("found"))
        if was_found and not report.found:
            row.report = {**asdict(report), "found": (row.report or {})["found"]}
        else:
            row.report = asdict(report)
        row.state = ErasureState.CLEAR if report.is_clear and not was_found else ErasureState.FOUND
        row.searched_at = now()


def search_again(library: Library, erasure_id: int) -> None:
    """Mark a deletion as not searched, so that it is searched again with the stored sample.

    Raises:
        NotFound: ``erasure_not_found``.
    """
    get(library, erasure_id)
    with library.transaction() as session:
        session.get_one(ErasureRow, erasure_id).state = ErasureState.PENDING
