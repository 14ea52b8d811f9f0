"""A page that shows one place of an original with the quoted words marked. Links in answers of programs lead here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from assistant.api.auth.dependencies import Reader
from assistant.api.schemas.bodies import Id
from assistant.sources import readable_versions
from assistant.web.pages import render
from kb.core.errors import NotFound

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
Number = Annotated[int, Query(ge=0, le=2**31 - 1)]


@router.get("/t/{tenant}/sources/{version}")
def page(
    request: Request, caller: Reader, version: Id, chunk: Number = 0, start: Number = 0, end: Number = 2**31 - 1
) -> HTMLResponse:
    """Show characters ``start``–``end`` of a chunk. Without ``chunk`` show the first chunk of the version, unmarked.

    Raises:
        NotFound: ``source_not_found`` if the version has no such chunk.
    """
    opened = readable_versions.readable_version(caller.library, caller.reach, version)
    row = next((one for one in caller.library.chunks_of(version) if chunk in (0, one.id)), None)
    if row is None:
        raise NotFound("source_not_found")
    place = {
        "n": 1,
        "chunk_id": row.id,
        "start": start,
        "end": min(end, len(row.text)) if chunk else 0,
        "title": opened.version.title or opened.document.name,
        "clause": row.clause,
        "pages": list(row.pages),
        "version": opened.version.number,
        "effective_from": opened.version.effective_from,
        "effective_to": opened.version.effective_to,
    }
    return render(request, "ask/source.html", place=place)
