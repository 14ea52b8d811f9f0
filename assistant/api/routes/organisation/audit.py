"""The audit trail, for owners: filter it, show it in a page, export it as CSV or JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Manager
from assistant.api.routes.organisation.entry_log import EntryFilter, EntryId, export_response
from assistant.api.schemas.bodies import FormFields
from assistant.service.callers import Caller
from assistant.web.audit_sentences import AuditSentences
from assistant.web.pages import render, text_keys
from kb.core.local_date import today
from kb.library import audit
from kb.store.tables.activity_tables import AuditRow

__all__ = ["router"]

router = APIRouter(tags=["people"])
_PATH = "/api/v1/tenants/{tenant}/audit"
_PAGE = 100


class AuditFilter(EntryFilter):
    """Which entries to return. Days are those of Hong Kong; ``until`` is included."""

    action: Annotated[str, Field(max_length=60)] = Field(default="", description="An action or its beginning.")

    def entries(self, caller: Caller, limit: int | None, before: int | None = None) -> Iterator[AuditRow]:
        """Yield the entries, newest first."""
        return audit.entries(caller.library, *self.times(), self.action, self.actor, limit, before)


class Page(AuditFilter):
    """Which entries to return. ``before`` is the id of the last entry on the previous page."""

    before: EntryId | None = None


class PageForm(FormFields, Page):
    """The same, from the page's form."""


class Export(AuditFilter):
    """Which entries to export, and in which format."""

    format: Literal["csv", "jsonl"] = "csv"


class EntryPublic(BaseModel):
    """An entry: who did what, and when."""

    id: int
    at: datetime
    actor: str = Field(examples=["user:3"])
    name: str
    action: str = Field(examples=["document.open"])
    subject: str
    detail: dict[str, Any]


@router.get(_PATH, summary="Read the audit trail")
def listing(caller: Manager, entry_filter: Annotated[Page, Query()]) -> list[EntryPublic]:
    """Return up to 100 entries, newest first. For the next page, set ``before`` to the id of the last entry."""
    return [EntryPublic(**_entry_fields(row)) for row in entry_filter.entries(caller, _PAGE, entry_filter.before)]


@router.get(_PATH + "/export", summary="Export the audit trail", response_class=StreamingResponse)
def export(caller: Manager, entry_filter: Annotated[Export, Query()]) -> StreamingResponse:
    """Download the entries. The audit trail records the export too."""
    audit.record(caller.library, caller.actor, "audit.export", entry_filter.format, filter=entry_filter.values())
    rows = entry_filter.entries(caller, None)
    lines = audit.as_csv(rows) if entry_filter.format == "csv" else audit.as_jsonl(rows)
    return export_response(caller, "audit", entry_filter.format, lines)


def _entry_fields(row: AuditRow) -> dict[str, Any]:
    names = ("id", "actor", "name", "action", "subject", "detail")
    return {name: getattr(row, name) for name in names} | {"at": row.at.replace(tzinfo=UTC)}


@router.get("/t/{tenant}/manage/audit", include_in_schema=False, response_class=HTMLResponse)
def page(request: Request, caller: Manager, entry_filter: Annotated[PageForm, Query()]) -> Response:
    """Show the entries as sentences. The exports keep actions, actors and details as they are stored."""
    found = listing(caller, entry_filter)
    sentences = AuditSentences(caller.service.settings, caller.library, request.state.locale)
    chosen = entry_filter.values()
    return render(
        request,
        "manage/audit.html",
        entries=[(one.at, sentences.sentence(one)) for one in found],
        sought=entry_filter,
        actors=audit.actors(caller.library),
        kinds=_kinds(audit.actions(caller.library)),
        times=_times(chosen),
        more=found[-1].id if len(found) == _PAGE else None,
        filter=chosen,
    )


def _kinds(actions: list[str]) -> dict[str, dict[str, str]]:
    """Return ``{kind: {action: key of its text}}`` for the actions that have texts; both sorted as in the trail."""
    keys, found = text_keys(), dict[str, dict[str, str]]()
    for action in actions:
        kind, key = action.partition(".")[0], f"manage.did_{action.replace('.', '_')}"
        if f"audit.kind_{kind}" in keys:
            found.setdefault(kind, {}).update({action: key} if key in keys else {})
    return found


def _times(chosen: dict[str, str]) -> list[tuple[str, dict[str, str], bool]]:
    """Return (key of a text, filter, whether it is chosen) for the usual spans of time."""
    others = {name: value for name, value in chosen.items() if name not in ("since", "until")}
    spans = {"last_day": 0, "last_week": 6, "last_month": 29}
    wanted = {key: {**others, "since": str(today() - timedelta(days=days))} for key, days in spans.items()}
    return [(key, values, values == chosen) for key, values in {**wanted, "all_times": others}.items()]
