"""The audit trail of a tenant: who asked, opened, uploaded, changed, exported. Owners read it; nobody edits it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kb.library import Library
from kb.records.activity import AuditRow

__all__ = ["Actor", "entries", "note"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: ``id`` is "user:3", "key:2" or "cli"; ``name`` as it was at the time."""

    id: str
    name: str


def note(library: Library, actor: Actor, action: str, subject: str = "", **detail: Any) -> None:
    """Write an entry.

    Args:
        action: "<thing>.<verb>", as "document.open", "question.ask", "member.invite".
        subject: what it was done to, as a person would name it; never a question's text.
    """
    with library.transaction() as session:
        session.add(AuditRow(actor=actor.id, name=actor.name, action=action, subject=subject, detail=detail))


def entries(
    library: Library,
    since: datetime | None = None,
    action: str | None = None,
    limit: int = 200,
    before: int | None = None,
) -> Iterator[AuditRow]:
    """Yield entries, newest first; ``before`` is the id of the last entry of the page before."""
    query = sa.select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if since is not None:
        query = query.where(AuditRow.at >= since)
    if action:
        query = query.where(AuditRow.action.startswith(action))
    if before is not None:
        query = query.where(AuditRow.id < before)
    with library.session() as session:
        yield from session.scalars(query)
