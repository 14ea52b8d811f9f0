"""Upload files, add a file from the web, and follow the progress of uploads."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from assistant.api.auth.dependencies import Editor
from assistant.api.http.server_events import sse
from assistant.api.schemas.bodies import Body, Id, UtcTime
from assistant.service.callers import Caller
from assistant.uploads import multipart, upload_batch, web_fetch
from assistant.uploads.intake import Intake
from assistant.uploads.multipart import File, ReceivedFiles
from assistant.uploads.upload_batch import Batch
from ingest.error_json import error_from_json
from kb.core.errors import InputError, Transient
from kb.library import audit
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.states import UNFINISHED, IngestStatus

__all__ = ["router"]

# The highest allowed value of KB_MAX_UPLOAD_MB. That setting is the real limit: receiving stops there.
_MAX_BODY_BYTES = 65_536 * 1024 * 1024
_POLL_SECONDS = 0.3
_STREAM_SECONDS = 50.0
_FORM_FIELDS = {
    "files": {
        "type": "array",
        "items": {"type": "string", "format": "binary"},
        "description": "One part for each file. The file name becomes the name of the document.",
    },
    "publish": {
        "type": "string",
        "enum": ["true", "false"],
        "default": "true",
        "description": "With false the files become drafts, which are not searched.",
    },
    "replaces": {
        "type": "string",
        "pattern": "^[1-9][0-9]{0,8}$",
        "description": "Id of a document; the file becomes a new version of it. Only for a single file.",
    },
}
_MULTIPART: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": {"type": "object", "required": ["files"], "properties": _FORM_FIELDS}}
        },
    }
}
_EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}


_PREFIX = "/api/v1/tenants/{tenant}"
small_bodies = APIRouter(prefix=_PREFIX, tags=["uploads"])
large_bodies = APIRouter(prefix=_PREFIX, tags=["uploads"], max_body_size=_MAX_BODY_BYTES)


class UploadPublic(BaseModel):
    """An uploaded file and the progress of its ingestion."""

    id: int
    collection: str
    name: str = Field(description="The name of its document.")
    path: str = Field(description="The uploaded file's name. A file found inside another has that one in front.")
    status: str = Field(description="queued, working, indexed, replaced, unchanged, failed, expanded.")
    stage: str = Field(description="The stage of a file in work: read, embed or store.")
    done: int
    total: int | None = Field(description="The number of pages to read or chunks to embed, if known.")
    error: dict[str, Any] | None = Field(description="Why it failed: code, message and detail.")
    document_id: int | None
    created_at: UtcTime
    finished_at: UtcTime | None


class UrlUpload(Body):
    """The URL of a page or file on the public web."""

    url: str = Field(min_length=8, max_length=2000, examples=["https://www.example.org/guide.pdf"])
    publish: bool = True


@large_bodies.post("/collections/{slug}/uploads", status_code=201, summary="Upload files", openapi_extra=_MULTIPART)
async def upload(request: Request, slug: str, caller: Editor) -> list[UploadPublic]:
    """Write the files to disk while they arrive, and queue them. A file that cannot be queued is `failed`."""
    intake = _intake(caller)
    collection = await run_in_threadpool(caller.collection, slug, edit=True)
    content_type = request.headers.get("content-type", "")
    received = await multipart.receive(request.stream(), content_type, caller.tenant.home, caller.service.settings)
    try:
        return await run_in_threadpool(_queue, request, caller, intake, Batch(collection), received)
    finally:
        await run_in_threadpool(received.drop)


def _queue(
    request: Request, caller: Caller, intake: Intake, batch: Batch, received: ReceivedFiles
) -> list[UploadPublic]:
    publish, replaces = received.fields.get("publish", "true"), received.fields.get("replaces", "")
    if publish not in ("true", "false") or (replaces and not (replaces.isascii() and replaces.isdigit())):
        raise InputError("upload_invalid", reason="publish, replaces")
    document = None
    if replaces:
        collection, document = caller.document(min(int(replaces), 2**31 - 1), edit=True)
        if collection.id != batch.collection.id:
            raise InputError("upload_invalid", reason="replaces")
    batch = Batch(batch.collection, publish == "true", document)
    rows = upload_batch.queue_uploads(intake, caller.library, caller.actor, batch, received)
    return [_public(row, intake, request.state.locale) for row in rows]


@small_bodies.post("/collections/{slug}/uploads/url", status_code=201, summary="Add a page or file from the web")
def add_url(request: Request, slug: str, body: UrlUpload, caller: Editor) -> UploadPublic:
    """Fetch one public URL and follow its redirects. Addresses in a private network are refused."""
    intake = _intake(caller)
    batch = Batch(caller.collection(slug, edit=True), body.publish)
    audit.record(caller.library, caller.actor, "document.fetch", body.url, collection=slug)
    incoming = caller.tenant.home / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=incoming))
    try:
        found = web_fetch.fetch(caller.service.settings, body.url.strip(), folder)
        file = File(found.name, found.path, found.path.stat().st_size)
        (row,) = upload_batch.queue_uploads(intake, caller.library, caller.actor, batch, ReceivedFiles(folder, [file]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _public(row, intake, request.state.locale)


@small_bodies.get("/uploads", summary="List uploads")
def listing(request: Request, caller: Editor, limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> list[UploadPublic]:
    """Unfinished uploads first, then the latest. Only uploads to collections that the caller may edit."""
    return _recent_uploads(request, caller, limit)


@small_bodies.get("/uploads/events", summary="Follow uploads", response_class=StreamingResponse, responses=_EVENTS)
def events(request: Request, caller: Editor) -> StreamingResponse:
    """Server-sent events: `uploads` with the uploads that changed, and `idle` when all uploads are finished.

    The stream ends after `idle`, or after less than a minute. Then a client can request it again.
    """
    return StreamingResponse(_stream_changes(request, caller), media_type="text/event-stream")


async def _stream_changes(request: Request, caller: Caller) -> AsyncIterator[str]:
    intake = caller.service.intake
    deadline = time.monotonic() + _STREAM_SECONDS
    sent_version, sent = -1, dict[int, UploadPublic]()
    while intake is not None and time.monotonic() < deadline and not await request.is_disconnected():
        if intake.upload_status.version != sent_version:
            sent_version = intake.upload_status.version
            rows = await run_in_threadpool(_recent_uploads, request, caller, 200)
            changed = [row for row in rows if sent.get(row.id) != row]
            sent = {row.id: row for row in rows}
            if changed:
                yield sse("uploads", [row.model_dump(mode="json") for row in changed])
            if not any(row.status in UNFINISHED for row in rows):
                break
        await asyncio.sleep(_POLL_SECONDS)
    if not any(row.status in UNFINISHED for row in sent.values()):
        yield sse("idle", {})


@small_bodies.delete("/uploads", status_code=204, response_class=Response, summary="Clear the list of finished uploads")
def clear(caller: Editor) -> None:
    upload_batch.dismiss(caller.library, caller.reach.edit)


@small_bodies.delete(
    "/uploads/{upload_id}", status_code=204, response_class=Response, summary="Remove a finished upload from the list"
)
def dismiss(upload_id: Id, caller: Editor) -> None:
    """Only a finished upload can be removed. Its document stays."""
    upload_batch.dismiss(caller.library, caller.reach.edit, upload_id)


def _intake(caller: Caller) -> Intake:
    intake = caller.service.intake
    if intake is None:
        raise Transient("intake_closed")
    return intake


def _recent_uploads(request: Request, caller: Caller, limit: int) -> list[UploadPublic]:
    rows = upload_batch.recent(caller.library, caller.reach.edit, limit)
    return [_public(row, caller.service.intake, request.state.locale) for row in rows]


def _public(row: UploadRow, intake: Intake | None, locale: str) -> UploadPublic:
    live = intake.upload_status.live(row.job_id) if intake and row.status in UNFINISHED else None
    return UploadPublic(
        id=row.id,
        collection=row.collection,
        name=row.name,
        path=row.path,
        status=IngestStatus.WORKING if live else row.status,
        stage=live.stage if live else row.stage,
        done=live.done if live else row.done,
        total=live.total if live else row.total,
        error=error_from_json(row.error).as_dict(locale, plain=True) if row.error else None,
        document_id=row.document_id,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


router = APIRouter()
router.include_router(large_bodies)
router.include_router(small_bodies)
