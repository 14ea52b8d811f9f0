"""The pages for changes between versions, for summaries and for drafts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from assistant.api.auth.dependencies import PersonDep, Reader
from assistant.api.routes.writing.tasks import compare_versions, reader_language, summarise_document
from assistant.api.schemas.bodies import Id
from assistant.conversations import conversation_store
from assistant.llm.gateway import open_gateway
from assistant.service.callers import Caller
from assistant.tasks import version_passages
from assistant.tasks.drafting import KINDS, Kind
from assistant.web.pages import render

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


@router.get("/t/{tenant}/library/{document_id}/changes")
def changes_page(
    request: Request,
    document_id: Id,
    caller: Reader,
    earlier: Annotated[int | None, Query(alias="from", ge=1, le=2**31 - 1)] = None,
    later: Annotated[int | None, Query(alias="to", ge=1, le=2**31 - 1)] = None,
) -> HTMLResponse:
    """Compare the versions ``from`` and ``to``, in any order. By default: the newest two."""
    _, document = caller.document(document_id)
    versions = version_passages.readable_versions(caller.library, document)
    if earlier and later and earlier > later:
        earlier, later = later, earlier
    found = compare_versions(caller, document_id, earlier, later) if len(versions) > 1 else None
    title = versions[-1].title if versions else ""
    by_number = {one.number: one for one in versions}
    return render(
        request, "tasks/changes.html", document=document, title=title or document.name, versions=by_number, found=found
    )


@router.get("/t/{tenant}/library/{document_id}/summary")
def summary_page(request: Request, document_id: Id, caller: Reader, version: Number = None) -> HTMLResponse:
    """Show a document's key clauses. A language model writes only when the reader asks for it."""
    written = summarise_document(caller, document_id, version, reader_language(request))
    _, document = caller.document(document_id)
    by_number = {one.number: one for one in version_passages.readable_versions(caller.library, document)}
    row = by_number[version or max(by_number)]
    start = {"document": document_id, "version": row.number}
    return render(
        request,
        "tasks/summary.html",
        document=document,
        title=row.title or document.name,
        versions=by_number,
        version=row,
        made=written,
        model=_has_model(caller),
        start=start,
    )


@router.get("/t/{tenant}/draft")
def draft_page(
    request: Request,
    person: PersonDep,
    kind: Kind = "email",
    message: Number = None,
    question: Annotated[str, Query(max_length=2000)] = "",
) -> HTMLResponse:
    """Draft from a stored answer of the same person (``message``) or from a question."""
    if message is not None:
        question = conversation_store.message(person.caller.library, person.id, message).question
    start = {"message": message, "begin": bool(question)}
    return render(
        request,
        "tasks/draft.html",
        kinds=KINDS,
        kind=kind,
        question=question,
        message=message,
        model=_has_model(person.caller),
        start=start,
    )


def _has_model(caller: Caller) -> bool:
    return open_gateway(caller.service.settings, caller.library) is not None
