"""How a tenant uses the service, in numbers only. The text of questions is never read here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa

from kb.core.local_date import HONG_KONG, today
from kb.library.documents import Library
from kb.store.tables.activity_tables import FeedbackRow, MessageRow
from kb.store.tables.library_tables import ChunkRow, DocumentRow, VersionRow
from kb.store.tables.states import FeedbackVerdict, VersionState

__all__ = ["usage"]

# Hong Kong has no daylight saving time.
_SHIFT = "+8 hours"


@dataclass(frozen=True, slots=True)
class Day:
    """The questions and refusals of one day in Hong Kong time."""

    day: date
    questions: int
    refused: int


@dataclass(frozen=True, slots=True)
class Storage:
    """Bytes on disk by their purpose."""

    originals: int
    vectors: int
    records: int
    images: int


@dataclass(frozen=True, slots=True)
class TenantUsage:
    """The numbers of a tenant. ``days`` has every day of the period, oldest first."""

    days: list[Day]
    helpful: int
    unhelpful: int
    documents: int
    drafts: int
    versions: int
    passages: int
    storage: Storage


def usage(library: Library, days: int) -> TenantUsage:
    """Return the numbers for the last ``days`` days, including today."""
    first = today() - timedelta(days=days - 1)
    since = datetime.combine(first, time(), HONG_KONG).astimezone(UTC).replace(tzinfo=None)
    with library.session() as session:
        day = sa.func.date(MessageRow.asked_at, _SHIFT)
        query = sa.select(day, sa.func.count(), sa.func.sum(MessageRow.refused.cast(sa.Integer)))
        asked = {
            str(at): (number, int(refused or 0))
            for at, number, refused in session.execute(query.where(MessageRow.asked_at >= since).group_by(day))
        }
        verdicts = dict(
            session.execute(
                sa.select(FeedbackRow.verdict, sa.func.count())
                .where(FeedbackRow.given_at >= since)
                .group_by(FeedbackRow.verdict)
            ).all()
        )
        published = sa.select(sa.func.count()).where(DocumentRow.published_version_id.is_not(None))
        drafts = sa.select(sa.func.count()).where(VersionRow.state == VersionState.DRAFT)
        return TenantUsage(
            days=[Day(one, *asked.get(one.isoformat(), (0, 0))) for one in _days(first, days)],
            helpful=verdicts.get(FeedbackVerdict.HELPFUL, 0),
            unhelpful=verdicts.get(FeedbackVerdict.UNHELPFUL, 0),
            documents=session.scalar(published) or 0,
            drafts=session.scalar(drafts) or 0,
            versions=session.scalar(sa.select(sa.func.count(VersionRow.id))) or 0,
            passages=session.scalar(sa.select(sa.func.count(ChunkRow.id))) or 0,
            storage=_storage(library),
        )


def _days(first: date, number: int) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(number))


def _storage(library: Library) -> Storage:
    tenant = library.tenant
    records = sum(one.stat().st_size for one in tenant.home.glob("records.sqlite*"))
    return Storage(_size(tenant.files_path), _size(tenant.vectors_path), records, _size(tenant.home / "pages"))


def _size(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
