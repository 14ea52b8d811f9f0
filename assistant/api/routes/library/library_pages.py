"""The library's pages, and the managers' pages for collections, glossary, settings and usage."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.api.auth.dependencies import Manager, Reader
from assistant.api.routes.library import documents
from assistant.api.schemas.bodies import Id
from assistant.library_admin import document_list as lists
from assistant.library_admin.usage_statistics import usage
from assistant.service.callers import Caller
from assistant.service.empty_library import next_step
from assistant.web.pages import render
from kb.library import collections, tenant_glossary
from kb.people.access import Ability

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_USAGE_DAYS = 30


@router.get("/t/{tenant}/library")
def library(request: Request, caller: Reader) -> HTMLResponse:
    settings = caller.service.settings
    start = {
        "collections": _collections(caller),
        "takes": caller.service.intake is not None and bool(caller.reach.edit),
        "limits": {"file_mb": settings.max_file_mb},
        "manages": caller.may(Ability.MANAGE),
        "next_step": next_step(caller, str(request.state.locale)),
    }
    languages = lists.languages(caller.library, caller.reach.read)
    return render(request, "library/list.html", start=start, languages=languages, editor=bool(caller.reach.edit))


@router.get("/t/{tenant}/library/{document_id}")
def document(request: Request, document_id: Id, caller: Reader) -> HTMLResponse:
    detail = documents.detail(document_id, caller)
    names = {row["slug"]: row["name"] for row in _collections(caller)}
    start = {
        "document": detail.model_dump(mode="json"),
        "takes": caller.service.intake is not None and detail.editable,
        "manages": caller.may(Ability.MANAGE),
    }
    return render(
        request,
        "library/document.html",
        start=start,
        detail=detail,
        collection=names[detail.collection],
        inside=detail.editable or caller.may(Ability.EVALUATE),
    )


def _collections(caller: Caller) -> list[dict[str, Any]]:
    return [
        {"slug": row.slug, "name": row.name, "editable": row.slug in caller.reach.edit}
        for row in caller.library.collections()
        if row.slug in caller.reach.read
    ]


@router.get("/t/{tenant}/manage/collections")
def collections_page(request: Request, caller: Manager) -> HTMLResponse:
    sizes = collections.sizes(caller.library)
    rows = [{"row": row, "documents": sizes.get(row.slug, 0)} for row in caller.library.collections()]
    return render(request, "manage/collections.html", rows=rows)


@router.get("/t/{tenant}/manage/glossary")
def glossary_page(request: Request, caller: Manager) -> HTMLResponse:
    return render(request, "manage/glossary.html", rows=tenant_glossary.listing(caller.library))


@router.get("/t/{tenant}/manage/settings")
def settings_page(request: Request, caller: Manager) -> HTMLResponse:
    from assistant.api.routes.organisation import settings

    return render(
        request,
        "manage/settings.html",
        chosen=settings.show(caller),
        rows=caller.library.collections(),
    )


@router.get("/t/{tenant}/manage/usage")
def usage_page(request: Request, caller: Manager) -> HTMLResponse:
    found = usage(caller.library, _USAGE_DAYS)
    asked = sum(day.questions for day in found.days)
    refused = sum(day.refused for day in found.days)
    most = max(1, *(day.questions for day in found.days))
    return render(request, "manage/usage.html", found=found, asked=asked, refused=refused, most=most)
