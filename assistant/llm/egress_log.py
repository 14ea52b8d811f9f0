"""The tenant's log of what was sent to a language model: an entry is stored before each request, and ends with it.

An entry whose request ended with its process stays in the state "sending". Owners read the log; what the asker typed is
left out for them, because a conversation belongs to the person who had it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.core.csv_safety import escape_formula
from kb.erasure.certificates import Sent
from kb.erasure.deleted_content import DeletedContent, strings_in
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.store.tables.activity_tables import AuditRow, EgressRow
from kb.store.tables.columns import now
from kb.store.tables.states import EgressState

__all__ = ["EgressFilter", "as_csv", "as_jsonl", "begin", "end", "entries", "erase_egress", "visible_text"]

COLUMNS = ("id", "at", "ended_at", "state", "error", "actor", "name", "purpose", "left", "host", "model", "collections",
           "version_ids", "masked", "tokens", "text")  # fmt: skip
# What stands in place of the words of the asker.
TYPED = "[…]"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class EgressFilter:
    """Which entries to return.

    Attributes:
        since, until: UTC without a zone; ``until`` itself is left out.
        purpose: "answer", "rewrite", "summary", "draft" or "translate"; "" for all.
        actor: who asked, as in :class:`~kb.library.audit.Actor`; "" for everybody.
        left: True for external services only, False for internal ones only.
    """

    since: datetime | None = None
    until: datetime | None = None
    purpose: str = ""
    actor: str = ""
    left: bool | None = None


def begin(
    library: Library,
    actor: Actor,
    *,
    purpose: str,
    host: str,
    model: str,
    left: bool,
    collections: Sequence[str],
    version_ids: Sequence[int],
    sent: Sequence[dict[str, str]],
    typed: Sequence[str],
    masked: dict[str, int],
) -> int:
    """Store an entry before its request is sent, and return its id. What leaves is in the audit trail, too.

    Args:
        left: whether the model is an external service.
        version_ids: the document versions whose text is in ``sent``.
        sent: the messages, masked, as they are sent.
        typed: the parts of them that the asker typed, masked.
    """
    row = EgressRow(
        actor=actor.id, name=actor.name, purpose=purpose, host=host, model=model, left=left,
        collections=sorted(collections), version_ids=sorted(version_ids), sent=list(sent), typed=list(typed),
        masked=dict(masked),
    )  # fmt: skip
    with library.transaction() as session:
        session.add(row)
        session.flush()
        if left:
            detail = {"egress": row.id, "purpose": purpose, "collections": row.collections}
            session.add(AuditRow(actor=actor.id, name=actor.name, action="model.send", subject=host, detail=detail))
        return row.id


def end(library: Library, entry: int, state: EgressState, error: str = "", tokens: int | None = None) -> None:
    """Store how a request ended.

    Args:
        error: code of the error; "" for none.
        tokens: what the request and the text cost.
    """
    change = sa.update(EgressRow).where(EgressRow.id == entry)
    with library.transaction() as session:
        session.execute(change.values(state=state, error=error, tokens=tokens, ended_at=now()))


def entries(
    library: Library, wanted: EgressFilter, limit: int | None = 100, before: int | None = None
) -> Iterator[EgressRow]:
    """Yield entries, newest first.

    Args:
        limit: most entries; None for all.
        before: id of the last entry of the page before.
    """
    query = sa.select(EgressRow).order_by(EgressRow.id.desc()).limit(limit)
    if wanted.since is not None:
        query = query.where(EgressRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(EgressRow.at < wanted.until)
    if wanted.purpose:
        query = query.where(EgressRow.purpose == wanted.purpose)
    if wanted.actor:
        query = query.where(EgressRow.actor == wanted.actor)
    if wanted.left is not None:
        query = query.where(EgressRow.left == wanted.left)
    if before is not None:
        query = query.where(EgressRow.id < before)
    with library.session() as session:
        yield from session.scalars(query.execution_options(yield_per=_AT_ONCE))


def visible_text(row: EgressRow) -> str:
    """Return the messages of an entry without what the asker typed; "" where they were erased."""
    text = "\n\n".join(one["content"] for one in row.sent)
    for typed in sorted(filter(str.strip, row.typed), key=len, reverse=True):
        text = text.replace(typed, TYPED)
    return text


def erase_egress(session: Session, deleted: DeletedContent) -> list[Sent]:
    """Empty the messages that hold text of deleted versions (:mod:`kb.publishing.erasure`); who, when and where stay.

    Returns:
        To which models text of the versions was sent.
    """
    sent: dict[tuple[str, str, bool], list[datetime]] = {}
    rows = session.scalars(sa.select(EgressRow).where(EgressRow.erased.is_(False)).order_by(EgressRow.id))
    for batch in rows.partitions(_AT_ONCE):
        repeats = deleted.occurs_in(["\n".join(strings_in([row.sent, row.typed])) for row in batch])
        for row, found in zip(batch, repeats, strict=True):
            if found or not deleted.version_ids.isdisjoint(row.version_ids):
                row.sent, row.typed, row.erased = [], [], True
                sent.setdefault((row.host, row.model, row.left), []).append(row.at)
    return [Sent(*model, len(times), min(times), max(times)) for model, times in sorted(sent.items())]


def as_jsonl(rows: Iterable[EgressRow]) -> Iterator[str]:
    """Yield entries as JSON lines; times in ISO 8601, UTC."""
    for row in rows:
        yield json.dumps(_values(row), ensure_ascii=False) + "\n"


def as_csv(rows: Iterable[EgressRow]) -> Iterator[str]:
    """Yield entries as CSV that Excel opens as Chinese (a byte order mark) and never as formulas."""
    yield "\ufeff" + _csv_line(COLUMNS)
    for row in rows:
        cells = (
            json.dumps(one, ensure_ascii=False) if isinstance(one, list | dict) else one
            for one in _values(row).values()
        )
        yield _csv_line([escape_formula("" if one is None else str(one)) for one in cells])


def _values(row: EgressRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in COLUMNS if name != "text"} | {"text": visible_text(row)}
    ended = row.ended_at.isoformat(timespec="seconds") + "Z" if row.ended_at else None
    return values | {"at": row.at.isoformat(timespec="seconds") + "Z", "ended_at": ended, "state": row.state.value}


def _csv_line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
