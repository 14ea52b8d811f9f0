"""What a person does about an upload: cancel it, try it again, let a known document take the new name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ingest.job import Job
from kb.core.errors import Conflict
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.publishing import version_writer
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.library_tables import CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import READABLE, UNFINISHED, IngestStatus

if TYPE_CHECKING:
    from assistant.uploads.intake import Intake

__all__ = [
    "KnownCopies",
    "KnownDocument",
    "UploadAction",
    "actions",
    "cancel",
    "cancel_all",
    "is_sendable",
    "known_copies",
    "retry",
    "take_name",
]


_ENDING_SECONDS = 10.0


class UploadAction(StrEnum):
    """What can be done about an upload now."""

    CANCEL = "cancel"
    RETRY = "retry"  # the file is here
    SEND = "send"  # the file is not here (any more): it has to be chosen and sent (again)
    TAKE_NAME = "take_name"  # the document that has this content already takes the name of the file
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document that has the content of an upload."""

    id: int
    name: str
    title: str
    collection: str


@dataclass(frozen=True, slots=True)
class KnownCopies:
    """Where the content of an upload is known besides.

    Attributes:
        under: the document of the same collection that has it, where that goes by another name; else None.
        elsewhere: documents of other collections that have it.
    """

    under: KnownDocument | None = None
    elsewhere: list[KnownDocument] = field(default_factory=list)


def known_copies(library: Library, rows: Sequence[UploadRow], collections: Collection[str]) -> dict[int, KnownCopies]:
    """Return, by the id of an upload, where else in ``collections`` (those of the caller) its content is known."""
    wanted = {row.id: str(row.job["sha256"]) for row in rows if row.job and row.job["sha256"]}
    query = (
        sa.select(VersionRow.sha256, DocumentRow.id, DocumentRow.name, DocumentRow.title, CollectionRow.slug)
        .join(DocumentRow, DocumentRow.published_version_id == VersionRow.id)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .where(VersionRow.sha256.in_(set(wanted.values())), CollectionRow.slug.in_(collections))
        .where(VersionRow.state.in_(READABLE))
        .order_by(CollectionRow.slug, DocumentRow.name)
    )
    found = defaultdict(list)
    if wanted:
        with library.session() as session:
            for sha256, document_id, name, title, collection in session.execute(query):
                found[sha256].append(KnownDocument(document_id, name, title, collection))
    return {row.id: _copies(row, found[wanted[row.id]]) for row in rows if row.id in wanted}


def _copies(row: UploadRow, documents: list[KnownDocument]) -> KnownCopies:
    under = None
    if row.status == IngestStatus.UNCHANGED:
        under = next((one for one in documents if one.id == row.document_id and one.name != row.name), None)
    return KnownCopies(under, [one for one in documents if one.collection != row.collection])


def actions(row: UploadRow, copies: KnownCopies) -> list[UploadAction]:
    """Return what can be done about an upload, the most helpful first."""
    if row.status == IngestStatus.SENDING:
        return [UploadAction.SEND, UploadAction.CANCEL]
    if row.status in UNFINISHED:
        return [UploadAction.CANCEL]
    found = [UploadAction.DISMISS]
    if is_sendable(row):
        found.insert(0, UploadAction.SEND)
    if row.status == IngestStatus.FAILED and row.job and row.job["sha256"]:
        found.insert(0, UploadAction.RETRY)
    elif copies.under is not None:
        found.insert(0, UploadAction.TAKE_NAME)
    return found


def is_sendable(row: UploadRow) -> bool:
    """Return whether the file may be sent: for the first time, or again after it failed or was cancelled."""
    if row.status == IngestStatus.SENDING:
        return True
    is_own_file = bool(row.job) and "/" not in row.job_id  # not one found inside another
    return is_own_file and row.status in (IngestStatus.FAILED, IngestStatus.CANCELLED)


def cancel(intake: Intake, library: Library, row: UploadRow) -> UploadRow:
    """Cancel an upload that is not finished and return its row; nothing of it is left.

    A job that is running ends within seconds; until then its row is unfinished. Only when its version is published
    before that, the file is in the library.

    Raises:
        Conflict: ``upload_finished``.
    """
    if row.status not in UNFINISHED:
        raise Conflict("upload_finished", name=row.name)
    if row.status == IngestStatus.SENDING:
        return intake.upload_status.stopped(library, row.id, IngestStatus.CANCELLED)
    intake.queue.cancel(row.job_id)
    with library.session() as session:
        return session.get_one(UploadRow, row.id)


def cancel_all(intake: Intake, library: Library, collection: str) -> None:
    """Cancel all unfinished uploads into a collection, and wait until those that were running have ended."""
    query = sa.select(UploadRow).where(UploadRow.collection == collection, UploadRow.status.in_(UNFINISHED))
    with library.session() as session:
        rows = session.scalars(query).all()
    for row in rows:
        if row.status == IngestStatus.SENDING:
            intake.upload_status.stopped(library, row.id, IngestStatus.CANCELLED)
        elif intake.queue.cancel(row.job_id):
            intake.queue.finished(row.job_id).wait(_ENDING_SECONDS)


def retry(intake: Intake, library: Library, row: UploadRow) -> UploadRow:
    """Queue a failed file once more and return its row.

    Raises:
        Conflict: ``upload_under_way`` if it has not failed; ``upload_not_repeatable`` if the file is not here any more.
    """
    if row.status != IngestStatus.FAILED:
        raise Conflict("upload_under_way" if row.status in UNFINISHED else "upload_finished", name=row.name)
    again = intake.submit_again(library, Job(**row.job), row) if row.job else None
    if again is None:
        raise Conflict("upload_not_repeatable", name=row.name)
    return again


def take_name(library: Library, actor: Actor, row: UploadRow) -> None:
    """Give the document that has the content of an upload already the name of the uploaded file.

    Raises:
        Conflict: ``upload_finished`` if the content is not known under another name; ``document_name_taken``.
    """
    copies = known_copies(library, [row], [row.collection]).get(row.id, KnownCopies())
    if copies.under is None:
        raise Conflict("upload_finished", name=row.name)
    version_writer.rename(library, copies.under.id, row.name)
    audit.record(library, actor, "document.rename", row.name, collection=row.collection, before=copies.under.name)
