"""The audit trail of a tenant: who asked, opened, uploaded, changed or exported. Only owners can read it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kb.core.csv_safety import escape_formula
from kb.library.documents import Library
from kb.store.tables.activity_tables import AuditRow

__all__ = ["Actor", "actions", "actors", "as_csv", "as_jsonl", "entries", "record"]

COLUMNS = ("at", "actor", "name", "action", "subject", "detail")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: ``id`` is "user:3", "key:2" or "cli"; ``name`` as it was at the time."""

    id: str
    name: str


def record(library: Library, actor: Actor, action: str, subject: str = "", **detail: Any) -> None:
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
    until: datetime | None = None,
    action: str | None = None,
    actor: str | None = None,
    limit: int | None = 200,
    before: int | None = None,
) -> Iterator[AuditRow]:
    """Yield entries, newest first.

    Args:
        since, until: UTC without a zone; ``until`` itself is left out.
        action: an action, or its beginning ("document").
        actor: who did it, as in :class:`Actor`.
        limit: most entries; None for all.
        before: id of the last entry of the page before.
    """
    query = sa.select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if since is not None:
        query = query.where(AuditRow.at >= since)
    if until is not None:
        query = query.where(AuditRow.at < until)
    if action:
        query = query.where(AuditRow.action.startswith(action, autoescape=True))
    if actor:
        query = query.where(AuditRow.actor == actor)
    if before is not None:
        query = query.where(AuditRow.id < before)
    with library.session() as session:
        yield from session.scalars(query.execution_options(yield_per=500))


def actions(library: Library) -> list[str]:
    """Return the actions that occur in the trail."""
    with library.session() as session:
        return list(session.scalars(sa.select(AuditRow.action).distinct().order_by(AuditRow.action)))


def actors(library: Library) -> dict[str, str]:
    """Return who occurs in the trail: ids as in :class:`Actor`, with the latest name of each, sorted by name."""
    latest = sa.select(sa.func.max(AuditRow.id)).group_by(AuditRow.actor)
    query = sa.select(AuditRow.actor, AuditRow.name).where(AuditRow.id.in_(latest)).order_by(AuditRow.name)
    with library.session() as session:
        return dict(session.execute(query).all())


def as_jsonl(rows: Iterable[AuditRow]) -> Iterator[str]:
    """Yield entries as JSON lines; times in ISO 8601, UTC."""
    for row in rows:
        yield json.dumps(dict(zip(COLUMNS, _values(row), strict=True)), ensure_ascii=False) + "\n"


def as_csv(rows: Iterable[AuditRow]) -> Iterator[str]:
    """Yield entries as CSV that Excel opens as Chinese (a byte order mark) and never as formulas."""
    yield "\ufeff" + _csv_line(COLUMNS)
    for row in rows:
        *plain, detail = _values(row)
        details = json.dumps(detail, ensure_ascii=False) if detail else ""
        yield _csv_line([escape_formula(str(one)) for one in (*plain, details)])


def _values(row: AuditRow) -> tuple[Any, ...]:
    return (row.at.isoformat(timespec="seconds") + "Z", row.actor, row.name, row.action, row.subject, row.detail)


def _csv_line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
