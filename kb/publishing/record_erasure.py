"""Erases what the tenant's records keep of a deleted document outside the library: names and quotes.

audit trail    keeps that something was done, by whom and when; the document is called by its number: "#12"
uploads        finished ones are deleted; one that was interrupted by the deletion says so about "#12"
suggestions    questions that name the document, or have its text, are deleted
notes          "found in mail.eml" on other documents becomes "found in #12"
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.erasure.certificates import Sent
from kb.erasure.deleted_content import DeletedContent
from kb.store.tables.activity_tables import AuditRow, SuggestionRow, UploadRow
from kb.store.tables.library_tables import CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import UNFINISHED, IngestStatus

__all__ = ["erase_records"]

_INTERRUPTED = "document_deleted"
_ATTACHED = "attached_to:"
# Entries about texts that a language model may have written from documents.
_WRITING = ("document.summarise", "document.translate", "draft.write")


def erase_records(session: Session, deleted: DeletedContent) -> list[Sent]:
    """Erase names and quotes of deleted documents (:mod:`kb.publishing.erasure`).

    Returns:
        The summaries, drafts and translations for which text was sent, as the audit trail has them.
    """
    sent = [one for name in deleted.names.values() for one in _sent(session, name, deleted.collection)]
    called = [(document_id, name) for document_id in deleted.names for name in deleted.names_of(document_id)]
    for document_id, name in called:
        others = sa.select(CollectionRow.slug).join(DocumentRow).where(DocumentRow.name == name)
        elsewhere = set(session.scalars(others.where(DocumentRow.id != document_id)))
        number = f"#{document_id}"
        _rename_in_audit(session, name, number, deleted.collection if elsewhere else None)
        _erase_uploads(session, document_id, name, deleted.collection, again=deleted.collection in elsewhere)
        _rename_in_notes(session, name, number)
    _erase_suggestions(session, deleted)
    return sent


def _sent(session: Session, name: str, collection: str) -> list[Sent]:
    """Return the texts that an external language model wrote in older releases, which kept no log of what was sent."""
    query = sa.select(AuditRow).where(AuditRow.subject.contains(name, autoescape=True), AuditRow.action.in_(_WRITING))
    unlogged = (row for row in session.scalars(query) if row.detail.get("left") and "egress" not in row.detail)
    rows = [row for row in unlogged if _renamed(row.subject, name, "") != row.subject]
    times = [row.at for row in rows if row.detail.get("collection", collection) == collection]
    return [Sent("", "", True, len(times), min(times), max(times))] if times else []


def _rename_in_audit(session: Session, name: str, number: str, collection: str | None) -> None:
    """Replace a document's name in the audit trail by its number.

    Args:
        collection: only entries about this collection, where another document has the same name. None: all.
    """
    escaped, in_address = json.dumps(name)[1:-1], quote(name)
    named = AuditRow.subject.contains(name, autoescape=True) | sa.cast(AuditRow.detail, sa.Text).contains(
        escaped, autoescape=True
    )
    named |= (AuditRow.action == "document.fetch") & AuditRow.subject.contains(in_address, autoescape=True)
    for row in session.scalars(sa.select(AuditRow).where(named)).all():
        if collection is not None and row.detail.get("collection") != collection:
            continue
        is_address = row.action == "document.fetch" and (name in row.subject or in_address in row.subject)
        row.subject = number if is_address else _renamed(row.subject, name, number)
        row.detail = _renamed(row.detail, name, number)


def _renamed(value: Any, name: str, number: str) -> Any:
    """Return a value of the audit trail with ``number`` for ``name``, also in a list; a name may have commas."""
    if isinstance(value, str):
        return re.sub(rf"(^|, ){re.escape(name)}(?=, |$)", lambda match: match[1] + number, value)
    if isinstance(value, Mapping):
        return {key: _renamed(one, name, number) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, name, number) for one in value]
    return value


def _erase_uploads(session: Session, document_id: int, name: str, collection: str, *, again: bool) -> None:
    """Delete a document's uploads. ``again``: a new document has its name now, and failed uploads may be that one's."""
    mine = UploadRow.document_id == document_id
    if not again:
        mine |= UploadRow.name == name
    rows = sa.select(UploadRow).where(UploadRow.collection == collection, UploadRow.status.not_in(UNFINISHED), mine)
    for row in session.scalars(rows).all():
        if row.status == IngestStatus.FAILED and (row.error or {}).get("code") == _INTERRUPTED:
            row.name = row.path = f"#{document_id}"
            row.error = {**(row.error or {}), "detail": {"document": row.name}}
        else:
            session.delete(row)


def _rename_in_notes(session: Session, name: str, number: str) -> None:
    note = _ATTACHED + name
    likely = sa.cast(VersionRow.notes, sa.Text).contains(json.dumps(note)[1:-1], autoescape=True)
    for version in session.scalars(sa.select(VersionRow).where(likely)).all():
        version.notes = [_ATTACHED + number if one == note else one for one in version.notes]


def _erase_suggestions(session: Session, deleted: DeletedContent) -> None:
    rows = session.scalars(sa.select(SuggestionRow)).all()
    for row, found in zip(rows, deleted.occurs_in([row.question for row in rows], titles=True), strict=True):
        if found:
            session.delete(row)
