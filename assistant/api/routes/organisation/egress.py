"""What was sent to a language model, for owners: filter it, show it in a page, export it as CSV or JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Manager
from assistant.api.routes.organisation.entry_log import EntryFilter, EntryId, export_response
from assistant.api.schemas.bodies import Flag, FormFields
from assistant.llm import egress_log
from assistant.llm.egress_log import EgressFilter
from assistant.service.callers import Caller
from assistant.sources.readable_versions import document_versions
from assistant.web.pages import render
from kb.library import audit
from kb.people import accounts, api_keys
from kb.store.tables.activity_tables import EgressRow
from kb.store.tables.states import EgressState

__all__ = ["router"]

router = APIRouter(tags=["people"])
_PATH = "/api/v1/tenants/{tenant}/egress"
_PAGE = 50
_PURPOSES = ("answer", "rewrite", "summary", "draft", "translate")
Purpose = Literal["", "answer", "rewrite", "summary", "draft", "translate"]


class EgressQuery(EntryFilter):
    """Which entries to return. Days are those of Hong Kong; ``until`` is included."""

    purpose: Purpose = ""
    left: Flag | None = Field(default=None, description="To an external service or not.")

    def entries(self, caller: Caller, limit: int | None, before: int | None = None) -> Iterator[EgressRow]:
        """Yield the entries, newest first."""
        wanted = EgressFilter(*self.times(), self.purpose, self.actor, self.left)
        return egress_log.entries(caller.library, wanted, limit, before)


class EgressPage(EgressQuery):
    """Which entries to return. ``before`` is the id of the last entry on the previous page."""

    before: EntryId | None = None


class EgressForm(FormFields, EgressPage):
    """The same, from the page's form."""


class EgressExport(EgressQuery):
    """Which entries to export, and in which format."""

    format: Literal["csv", "jsonl"] = "csv"


class EgressEntryPublic(BaseModel):
    """One request to a language model.

    ``left``: whether it is an external service. ``state`` "sending" long after ``at``: the program ended meanwhile.
    ``documents``: those whose text was sent and which are still there. ``text``: the messages after masking, without
    what the asker typed; empty if it was ``erased`` together with a document.
    """

    id: int
    at: datetime
    ended_at: datetime | None
    state: EgressState
    error: str
    actor: str = Field(examples=["user:3"])
    name: str
    purpose: str
    left: bool
    host: str
    model: str
    collections: list[str]
    documents: list[str]
    masked: dict[str, int]
    tokens: int | None
    erased: bool
    text: str


@router.get(_PATH, summary="List what was sent to a language model")
def listing(caller: Manager, wanted: Annotated[EgressPage, Query()]) -> list[EgressEntryPublic]:
    """Return up to 50 entries, newest first. For the next page, set ``before`` to the id of the last entry."""
    rows = list(wanted.entries(caller, _PAGE, wanted.before))
    known = document_versions(caller.library, {one for row in rows for one in row.version_ids})
    names = {key: one.document.name for key, one in known.items()}
    return [EgressEntryPublic(**_fields(row, names)) for row in rows]


@router.get(_PATH + "/export", summary="Export what was sent to a language model", response_class=StreamingResponse)
def export(caller: Manager, wanted: Annotated[EgressExport, Query()]) -> StreamingResponse:
    """Download the entries. The audit trail records the export."""
    audit.record(caller.library, caller.actor, "egress.export", wanted.format, filter=wanted.values())
    rows = wanted.entries(caller, None)
    lines = egress_log.as_csv(rows) if wanted.format == "csv" else egress_log.as_jsonl(rows)
    return export_response(caller, "egress", wanted.format, lines)


def _fields(row: EgressRow, names: dict[int, str]) -> dict[str, Any]:
    plain = ("id", "state", "error", "actor", "name", "purpose", "left", "host", "model", "collections", "masked",
             "tokens", "erased")  # fmt: skip
    return {name: getattr(row, name) for name in plain} | {
        "at": row.at.replace(tzinfo=UTC),
        "ended_at": row.ended_at.replace(tzinfo=UTC) if row.ended_at else None,
        "documents": sorted({names[one] for one in row.version_ids if one in names}),
        "text": egress_log.visible_text(row),
    }


@router.get("/t/{tenant}/manage/egress", include_in_schema=False, response_class=HTMLResponse)
def page(request: Request, caller: Manager, wanted: Annotated[EgressForm, Query()]) -> Response:
    found = listing(caller, wanted)
    settings, tenant = caller.service.settings, caller.tenant.slug
    actors = [(f"user:{one.user.id}", one.user.name) for one in accounts.members(settings, tenant)]
    actors += [(f"key:{row.id}", row.name) for row in api_keys.listing(settings, tenant)]
    return render(
        request,
        "manage/egress.html",
        entries=found,
        sought=wanted,
        actors=actors,
        purposes=_PURPOSES,
        more=found[-1].id if len(found) == _PAGE else None,
        filter=wanted.values(),
    )
