"""The sources of an answer: the quoted place, pages as images, readable text, the original file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Reader
from assistant.api.schemas.bodies import Id
from assistant.api.schemas.document_part_schemas import HiddenPublic, hidden_public
from assistant.service.callers import Caller
from assistant.sources import originals, page_images, readable_text, readable_versions, text_download
from assistant.sources.page_images import Form
from assistant.sources.quote_marks import Mark, marks
from assistant.sources.readable_text import TextBlock
from kb.core.errors import Forbidden
from kb.library.documents import DocumentVersion
from kb.people.access import Ability

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["sources"])
Offset = Annotated[int, Query(ge=0, le=2**31 - 1)]
_IMAGES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}, "image/webp": {}}},
    304: {"description": "The image in the browser's cache is still valid."},
}
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {"*/*": {}}}}
_TEXTS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}}}
# A page never changes, but the right to see it may change, and another person may use this browser next. So the browser
# caches the image and asks each time whether it may show it.
_CACHE_HEADERS = {"Cache-Control": "private, no-cache"}


class SourcePublic(BaseModel):
    """The place of a quote: ``blocks`` as text, and ``marks`` on page images if the format has pages."""

    document_id: int
    document: str
    title: str
    owner: str
    version: int
    version_id: int
    state: str
    collection: str
    language: str
    effective_from: date | None
    effective_to: date | None
    page_count: int | None
    drawn: bool = Field(description="Whether pages are available as images.")
    pages: list[int]
    clause: str | None
    heading_path: list[str]
    quote: str
    marks: list[Mark]
    blocks: list[TextBlock]
    hidden: HiddenPublic | None = Field(description="What is hidden from the caller in this version, if anything.")


@router.get("/chunks/{chunk}/source", summary="Show the place of a quote")
def source(chunk: Id, caller: Reader, start: Offset = 0, end: Offset = 2**31 - 1) -> SourcePublic:
    """`start` and `end` are the quoted characters of the chunk, as in a citation. By default the whole chunk."""
    opened, row = readable_versions.quoted_chunk(caller.library, caller.reach, chunk)
    end = min(end, len(row.text))
    start = min(start, end)
    path = originals.path_of(caller.library, opened)
    withheld = originals.is_withheld(caller.library, opened, owner=caller.may(Ability.MANAGE))
    kind = "text" if withheld else originals.kind_of(path)
    readable_versions.record_opening(caller.library, caller.actor, opened)
    found = marks(row, start, end, path, kind) if kind != "text" else []
    return SourcePublic(
        **_version_fields(opened),
        drawn=kind != "text",
        pages=sorted({mark.page for mark in found}) or list(row.pages),
        clause=row.clause,
        heading_path=list(row.heading_path),
        quote=row.text[start:end],
        marks=found,
        hidden=hidden_public(caller, opened),
        blocks=readable_text.around(caller.library, row, start, end),
    )


def _version_fields(opened: DocumentVersion) -> dict[str, Any]:
    document, version = opened.document, opened.version
    return {
        "document_id": document.id,
        "document": document.name,
        "title": version.title or document.name,
        "owner": document.owner,
        "version": version.number,
        "version_id": version.id,
        "state": version.state,
        "collection": opened.collection.slug,
        "language": version.language,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "page_count": version.page_count,
    }


@router.get("/versions/{version}/text", summary="Read a version as text")
def text(
    version: Id,
    caller: Reader,
    first: Annotated[int, Query(ge=0, le=2**31 - 1, description="Ordinal of the first block, from 0.")] = 0,
    count: Annotated[int, Query(ge=1, le=100)] = 10,
) -> list[TextBlock]:
    return readable_text.blocks(caller.library, _open_version(caller, version).version.id, first, count)


@router.get(
    "/versions/{version}/text-file", summary="Download a version's text", response_class=Response, responses=_TEXTS
)
def whole_text(version: Id, caller: Reader) -> Response:
    """The text as a file. Where the caller may not see people's data, it has marks in place of it."""
    opened = _open_version(caller, version)
    name = quote(text_download.text_name(opened.document.name))
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{name}"}
    return Response(
        text_download.text_file(caller.library, opened),
        media_type="text/plain; charset=utf-8",
        headers=originals.DOWNLOAD_HEADERS | headers,
    )


@router.get(
    "/versions/{version}/pages/{page}.{form}",
    summary="Show a page as an image",
    response_class=FileResponse,
    responses=_IMAGES,
)
def page_image(
    version: Id,
    page: Id,
    form: Form,
    caller: Reader,
    request: Request,
    width: Annotated[int, Query(ge=100, le=4000, description="Pixels; the next of a few fixed widths is used.")] = 1200,
) -> Response:
    """A PDF page as printed; a scan or photo turned upright. Other formats have no page images: 404.

    A page with people's data that the caller may not see is not shown: 403 `page_hidden`. Its text has marks instead.
    """
    opened = _open_version(caller, version)
    if page in (caller.library.private_pages(opened.version.id) or ()):
        raise Forbidden("page_hidden", page=page)
    originals.check_may_open(caller.library, opened, owner=caller.may(Ability.MANAGE))
    path = page_images.image(caller.library, opened, page, width, form)
    etag = f'"{opened.version.sha256[:32]}-{path.stem}"'
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=_CACHE_HEADERS | {"ETag": etag})
    return FileResponse(path, media_type=f"image/{form}", headers=_CACHE_HEADERS | {"ETag": etag})


@router.get(
    "/versions/{version}/original", summary="Download the original", response_class=FileResponse, responses=_FILES
)
def original(version: Id, caller: Reader) -> FileResponse:
    """The file as it was uploaded, always as a download.

    Where it holds people's data that the caller may not see: 403 `original_hidden`. Its text is there as a file.
    """
    opened = _open_version(caller, version)
    if caller.library.private_pages(opened.version.id) is not None:
        raise Forbidden("original_hidden", document=opened.document.name)
    originals.check_may_open(caller.library, opened, owner=caller.may(Ability.MANAGE))
    path = originals.path_of(caller.library, opened)
    return FileResponse(
        path,
        media_type=originals.media_type(path),
        filename=opened.document.name,
        headers=originals.DOWNLOAD_HEADERS,
    )


def _open_version(caller: Caller, version: int) -> DocumentVersion:
    opened = readable_versions.readable_version(caller.library, caller.reach, version)
    readable_versions.record_opening(caller.library, caller.actor, opened)
    return opened
