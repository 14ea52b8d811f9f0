"""Certificates of what was deleted for good, for owners: as JSON, and as pages to read and print."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Manager
from assistant.api.schemas.bodies import Id, UtcTime
from assistant.service.callers import Caller
from assistant.web.pages import render
from kb.erasure import certificate_text, certificates
from kb.erasure.certificates import Certificate
from kb.library import audit
from kb.publishing import erasure_followup
from kb.store.tables.states import ErasureKind, ErasureState

__all__ = ["router"]

router = APIRouter(tags=["library"])
_PATH = "/api/v1/tenants/{tenant}/erasures"
_LOCALES = ("zh-HK", "en")


class DeletedVersionPublic(BaseModel):
    """A version that was deleted."""

    document_id: int
    number: int
    sha256: str
    size_bytes: int
    pages: int | None
    passages: int


class SentPublic(BaseModel):
    """Answers and texts for which text of it was sent to a language model. ``host`` is empty where it is not known."""

    host: str
    model: str
    external: bool
    answers: int
    first: UtcTime
    last: UtcTime


class TracePublic(BaseModel):
    """Something that was found: ``place`` is a path in the data folder."""

    place: str
    kind: str = Field(examples=["text"])
    pieces: int


class ReportPublic(BaseModel):
    """The last search: how much was searched, for what, and what was found."""

    files: int
    size_bytes: int
    unpacked: int
    kept_files: int
    unreadable: list[str]
    seconds: float
    pieces: dict[str, int]
    shared: dict[str, int]
    too_short: int
    is_complete: bool
    found: list[TracePublic]
    external_stores: list[str]
    unfinished: list[str]


class CertificatePublic(BaseModel):
    """A deletion. ``pending``: what is left is being cleaned and searched for."""

    id: int
    at: UtcTime
    actor: str
    name: str
    kind: ErasureKind
    collection: str
    state: ErasureState
    versions: list[DeletedVersionPublic]
    sent: list[SentPublic]
    report: ReportPublic | None
    searched_at: UtcTime | None


@router.get(_PATH, summary="List certificates of deletion")
def listing(caller: Manager, limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> list[CertificatePublic]:
    """Return the certificates, newest first."""
    return [_public(one) for one in certificates.listing(caller.library, limit)]


@router.get(_PATH + "/{erasure_id}", summary="Read a certificate of deletion")
def detail(erasure_id: Id, caller: Manager) -> CertificatePublic:
    return _public(certificates.get(caller.library, erasure_id))


@router.post(
    _PATH + "/{erasure_id}/search",
    status_code=202,
    response_class=Response,
    summary="Search again for what was deleted",
)
def search(erasure_id: Id, caller: Manager) -> None:
    """Search the whole data folder again, in the background, with the sample that the certificate keeps."""
    erasure_followup.search_again(caller.tenant, erasure_id)
    audit.record(caller.library, caller.actor, "erasure.search", f"#{erasure_id}")


@router.get("/t/{tenant}/manage/erasures", include_in_schema=False, response_class=HTMLResponse)
def page(request: Request, caller: Manager) -> Response:
    locale = str(request.state.locale)
    rows = [(one, certificate_text.summary(one, locale)) for one in certificates.listing(caller.library)]
    waiting = any(one.state is ErasureState.PENDING for one, _ in rows)
    return render(request, "manage/erasures.html", rows=rows, waiting=waiting)


@router.get("/t/{tenant}/manage/erasures/{erasure_id}", include_in_schema=False, response_class=HTMLResponse)
def certificate_page(request: Request, erasure_id: Id, caller: Manager) -> Response:
    """Show the certificate in both languages, the reader's first."""
    found = certificates.get(caller.library, erasure_id)
    locales = sorted(_LOCALES, key=lambda one: one != request.state.locale)
    return render(
        request,
        "manage/erasure.html",
        certificate=found,
        texts=[(locale, _parts(found, caller, locale)) for locale in locales],
        waiting=found.state is ErasureState.PENDING,
    )


def _parts(found: Certificate, caller: Caller, locale: str) -> list[certificate_text.Part]:
    return certificate_text.parts(found, caller.tenant.name, locale)


def _public(one: Certificate) -> CertificatePublic:
    return CertificatePublic.model_validate(one, from_attributes=True)
