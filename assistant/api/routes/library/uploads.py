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
from starlette.requests import ClientDisconnect

from assistant.api.auth.dependencies import Editor
from assistant.api.http.server_events import sse
from assistant.api.schemas.bodies import Body, Choice, Flag, Id, UtcTime
from assistant.api.schemas.personal_data_schemas import (
    DataDecision,
    DecisionUpdate,
    PersonalDataPublic,
    personal_data_of,
)
from assistant.library_admin.left_out import number_marked
from assistant.service.callers import Caller, check_still_allowed
from assistant.uploads import data_decisions, multipart, raw_body, upload_actions, upload_batch, web_fetch
from assistant.uploads.intake import Intake
from assistant.uploads.multipart import File, ReceivedFiles
from assistant.uploads.upload_actions import KnownCopies, KnownDocument, UploadAction
from assistant.uploads.upload_batch import AnnouncedFile, Batch
from ingest.error_json import error_from_json
from ingest.job import Job
from kb.core.errors import Conflict, FileRejected, Forbidden, InputError, SinziError, Transient
from kb.library import audit
from kb.people.access import Ability
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.library_tables import CollectionRow, DocumentRow
from kb.store.tables.states import UNFINISHED, IngestStatus, PersonalDataDecision

__all__ = ["router"]

# The highest allowed value of KB_MAX_UPLOAD_MB. That setting is the real limit: receiving stops there.
_MAX_BODY_BYTES = 65_536 * 1024 * 1024
_POLL_SECONDS = 0.5
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
    "personal_data": {
        "type": "string",
        "enum": [str(one) for one in DataDecision],
        "description": "What becomes of a list of persons, decided beforehand; with mask, of any people's data.",
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
_BINARY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}


_PREFIX = "/api/v1/tenants/{tenant}"
small_bodies = APIRouter(prefix=_PREFIX, tags=["uploads"])
large_bodies = APIRouter(prefix=_PREFIX, tags=["uploads"], max_body_size=_MAX_BODY_BYTES)


class KnownDocumentPublic(BaseModel):
    """A document that has the content of an upload already."""

    id: int
    name: str
    title: str
    collection: str


class UploadPublic(BaseModel):
    """An uploaded file and the progress of its ingestion."""

    id: int
    batch: str = Field(description="Shared by the files that were announced together; empty for others.")
    collection: str
    name: str = Field(description="The name of its document.")
    path: str = Field(description="The uploaded file's name. A file found inside another has that one in front.")
    status: str = Field(
        description="sending, queued, working, indexed, replaced, unchanged, failed, expanded, cancelled."
    )
    stage: str = Field(description="The stage of a file in work: read, embed or store.")
    done: int = Field(description="Of a file that is being sent: bytes that have arrived.")
    total: int | None = Field(description="The number of bytes to send, pages to read or chunks to embed, if known.")
    percent: int | None = Field(description="How much of the present stage is done; null if unknown.")
    error: dict[str, Any] | None = Field(description="Why it failed: code, message and detail.")
    document_id: int | None
    known_as: KnownDocumentPublic | None = Field(
        description="Of an unchanged file: the document that has its content already, where that has another name."
    )
    also_in: list[KnownDocumentPublic] = Field(
        description="Documents of other collections, which the caller may read, that have the same content."
    )
    orders: int = Field(description="Sentences of its document that speak to an assistant; they are never quoted.")
    actions: list[UploadAction] = Field(description="What can be done now, the most helpful first.")
    personal_data: PersonalDataPublic | None = Field(
        description="People's data that was found in it. With `decision` waiting, it is a draft until one is taken."
    )
    mine: bool = Field(description="Whether the caller has uploaded it.")
    created_at: UtcTime
    finished_at: UtcTime | None


class UploadSummary(BaseModel):
    """How far the caller's uploads are: "21 of 25, 4 need you". The list holds a file until it is dismissed."""

    total: int = Field(description="The files in the caller's list, without those found inside others.")
    done: int = Field(description="Files that are in the library, and wait for no choice.")
    under_way: int = Field(description="Files that are being sent, wait or are worked on.")
    need_attention: int = Field(description="Files that have failed or wait, those found inside others included.")
    wait_for_choice: int = Field(description="Those of them that wait until somebody decides about people's data.")


class FileAnnounced(Body):
    """A file that was chosen and is going to be sent."""

    name: str = Field(min_length=1, max_length=1000, examples=["circulars/2026-03.pdf"])
    size: int = Field(ge=0, le=2**53, description="Bytes.", examples=[182044])


class BatchCreate(Body):
    """The files that a person has chosen together."""

    files: list[FileAnnounced] = Field(min_length=1, max_length=10_000)
    publish: bool = Field(default=True, description="With false the files become drafts, which are not searched.")
    replaces: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="Id of a document; the only file becomes a new version of it."
    )
    personal_data: Choice[DataDecision] | None = Field(
        default=None,
        description="What becomes of a list of persons, decided beforehand; with mask, of any people's data.",
    )


class UrlUpload(Body):
    """The URL of a page or file on the public web."""

    url: str = Field(min_length=8, max_length=2000, examples=["https://www.example.org/guide.pdf"])
    publish: bool = True
    personal_data: Choice[DataDecision] | None = None


@large_bodies.post("/collections/{slug}/uploads", status_code=201, summary="Upload files", openapi_extra=_MULTIPART)
async def upload(request: Request, slug: str, caller: Editor) -> list[UploadPublic]:
    """Write the files to disk while they arrive, and queue them. A file that cannot be queued is `failed`."""
    intake = _intake(caller)
    collection = await run_in_threadpool(caller.collection, slug, edit=True)
    content_type = request.headers.get("content-type", "")
    received = await multipart.receive(request.stream(), content_type, caller.tenant.home, caller.service.settings)
    try:
        return await run_in_threadpool(_queue, request, caller, intake, collection, received)
    finally:
        await run_in_threadpool(received.drop)


def _queue(
    request: Request, caller: Caller, intake: Intake, collection: CollectionRow, received: ReceivedFiles
) -> list[UploadPublic]:
    check_still_allowed(caller, Ability.EDIT, edit=[collection.slug])  # receiving may have taken long
    publish, replaces = received.fields.get("publish", "true"), received.fields.get("replaces", "")
    if publish not in ("true", "false") or (replaces and not (replaces.isascii() and replaces.isdigit())):
        raise InputError("upload_invalid", reason="publish, replaces")
    document = _replaced(caller, collection, min(int(replaces), 2**31 - 1) if replaces else None)
    decided = received.fields.get("personal_data", "")
    if decided not in ("", *DataDecision):
        raise InputError("upload_invalid", reason="personal_data")
    batch = Batch(collection, publish == "true", document, PersonalDataDecision(decided))
    rows = upload_batch.queue_uploads(intake, caller.library, caller.actor, batch, received)
    return _public(request, caller, rows)


def _replaced(caller: Caller, collection: CollectionRow, document_id: int | None) -> DocumentRow | None:
    """Return the document that a file is to replace.

    Raises:
        InputError: ``upload_invalid`` if it is in another collection.
    """
    if document_id is None:
        return None
    own, document = caller.document(document_id, edit=True)
    if own.id != collection.id:
        raise InputError("upload_invalid", reason="replaces")
    return document


@small_bodies.post("/collections/{slug}/uploads/batch", status_code=201, summary="Announce files to upload")
def announce(request: Request, slug: str, body: BatchCreate, caller: Editor) -> list[UploadPublic]:
    """Every file has a line at once, in the order given, with status `sending`; one that cannot be taken is `failed`.

    Then send the bytes of each with `PUT /uploads/{id}/content`. Files that are not sent within a quarter of an hour
    after the last byte of their batch, and those not sent when the service starts again, fail with `upload_not_sent`.
    """
    collection = caller.collection(slug, edit=True)
    replaced, decided = _replaced(caller, collection, body.replaces), PersonalDataDecision(body.personal_data or "")
    batch = Batch(collection, body.publish, replaced, decided)
    files = [AnnouncedFile(one.name, one.size) for one in body.files]
    return _public(request, caller, upload_batch.announce(_intake(caller), caller.library, caller.actor, batch, files))


@large_bodies.put(
    "/uploads/{upload_id}/content", summary="Send an announced file", openapi_extra=_BINARY, response_model=UploadPublic
)
async def content(request: Request, upload_id: Id, caller: Editor) -> UploadPublic:
    """The body is the file. A file that failed or was cancelled may be sent again."""
    intake = _intake(caller)
    row = await run_in_threadpool(_sendable, caller, upload_id)
    status = intake.upload_status

    def progress(size: int) -> None:
        _check_unchanged(caller, row)
        status.receiving(row, size)

    home, settings = caller.tenant.home, caller.service.settings
    try:
        async with raw_body.received(request.stream(), row.name, home, settings, progress) as path:
            sent = await run_in_threadpool(_queue_sent, caller, intake, row, path)
    except (FileRejected, Forbidden) as error:
        await run_in_threadpool(status.stopped, caller.library, row.id, IngestStatus.FAILED, error)
        raise
    except ClientDisconnect:
        await run_in_threadpool(_cut_off, caller, intake, row)
        raise
    return (await run_in_threadpool(_public, request, caller, [sent]))[0]


def _cut_off(caller: Caller, intake: Intake, row: UploadRow) -> None:
    """Let a file fail whose sender is gone, unless it was cancelled before."""
    if upload_batch.find(caller.library, caller.reach.edit, row.id).status == row.status:
        error = InputError("upload_not_sent", name=row.name)
        intake.upload_status.stopped(caller.library, row.id, IngestStatus.FAILED, error)


def _sendable(caller: Caller, upload_id: int) -> UploadRow:
    row = upload_batch.find(caller.library, caller.reach.edit, upload_id)
    if not upload_actions.is_sendable(row):
        raise Conflict("upload_under_way" if row.status in UNFINISHED else "upload_finished", name=row.name)
    return row


def _check_unchanged(caller: Caller, row: UploadRow) -> None:
    """Raise a conflict if the upload was cancelled, or sent by somebody else, meanwhile."""
    if upload_batch.find(caller.library, caller.reach.edit, row.id).status != row.status:
        raise Conflict("upload_finished", name=row.name)


def _queue_sent(caller: Caller, intake: Intake, row: UploadRow, path: Path) -> UploadRow:
    check_still_allowed(caller, Ability.EDIT, edit=[row.collection])  # receiving may have taken long
    _check_unchanged(caller, row)
    job = Job(**(row.job or {}))
    upload_batch.record_upload(caller.library, caller.actor, job)
    return intake.submit(caller.library, job, path, row.uploaded_by, row.id)


@small_bodies.post("/collections/{slug}/uploads/url", status_code=201, summary="Add a page or file from the web")
def add_url(request: Request, slug: str, body: UrlUpload, caller: Editor) -> UploadPublic:
    """Fetch one public URL and follow its redirects. Addresses in a private network are refused."""
    intake = _intake(caller)
    decided = PersonalDataDecision(body.personal_data or "")
    batch = Batch(caller.collection(slug, edit=True), body.publish, personal_data=decided)
    audit.record(caller.library, caller.actor, "document.fetch", body.url, collection=slug)
    incoming = caller.tenant.home / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=incoming))
    try:
        found = web_fetch.fetch(caller.service.settings, body.url.strip(), folder)
        check_still_allowed(caller, Ability.EDIT, edit=[slug])
        file = File(found.name, found.path, found.path.stat().st_size)
        (row,) = upload_batch.queue_uploads(intake, caller.library, caller.actor, batch, ReceivedFiles(folder, [file]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _public(request, caller, [row])[0]


@small_bodies.get("/uploads", summary="List uploads")
def listing(
    request: Request,
    caller: Editor,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    mine: Annotated[Flag, Query(description="Only the caller's own.")] = False,
) -> list[UploadPublic]:
    """Failed uploads first, then unfinished ones, then the latest; only into collections that the caller may edit.

    An upload stays in the list until it is removed from it.
    """
    return _recent_uploads(request, caller, limit, mine)


@small_bodies.get("/uploads/summary", summary="Count the caller's uploads")
def summary(caller: Editor) -> UploadSummary:
    found = upload_batch.counts(caller.library, caller.reach.edit, caller.actor.id)
    return UploadSummary.model_validate(found, from_attributes=True)


@small_bodies.get("/uploads/events", summary="Follow uploads", response_class=StreamingResponse, responses=_EVENTS)
def events(request: Request, caller: Editor) -> StreamingResponse:
    """Server-sent events: `uploads` with the uploads that changed, and `idle` when all uploads are finished.

    The stream ends after `idle`, or after less than a minute. Then a client can request it again. If the caller has
    been signed out or removed meanwhile, it ends with `error` and the usual error body.
    """
    return StreamingResponse(_stream_changes(request, caller), media_type="text/event-stream")


async def _stream_changes(request: Request, caller: Caller) -> AsyncIterator[str]:
    intake = caller.service.intake
    deadline = time.monotonic() + _STREAM_SECONDS
    sent_version, sent = -1, dict[int, UploadPublic]()
    while intake is not None and time.monotonic() < deadline and not await request.is_disconnected():
        if intake.upload_status.version != sent_version:
            sent_version = intake.upload_status.version
            try:
                caller = await run_in_threadpool(caller.find_again)
            except SinziError as error:
                yield sse("error", {"error": error.as_dict(request.state.locale)})
                return
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


@small_bodies.post("/uploads/{upload_id}/cancel", summary="Cancel an upload")
def cancel(request: Request, upload_id: Id, caller: Editor) -> UploadPublic:
    """Nothing of the file is left. A file in work ends within seconds, and its status is `cancelled` then."""
    row = upload_batch.find(caller.library, caller.reach.edit, upload_id)
    row = upload_actions.cancel(_intake(caller), caller.library, row)
    audit.record(caller.library, caller.actor, "document.cancel", row.name, collection=row.collection)
    return _public(request, caller, [row])[0]


@small_bodies.post("/uploads/{upload_id}/retry", summary="Try a failed upload again")
def retry(request: Request, upload_id: Id, caller: Editor) -> UploadPublic:
    """The file is kept until its upload is removed from the list, so it need not be sent again."""
    row = upload_batch.find(caller.library, caller.reach.edit, upload_id)
    return _public(request, caller, [upload_actions.retry(_intake(caller), caller.library, row)])[0]


@small_bodies.post("/uploads/{upload_id}/personal-data", summary="Decide about an upload's people's data")
def decide(request: Request, upload_id: Id, body: DecisionUpdate, caller: Editor) -> UploadPublic:
    """As `POST /documents/{document_id}/versions/{version_id}/personal-data`, for what the upload became."""
    row = upload_batch.find(caller.library, caller.reach.edit, upload_id)
    opened = data_decisions.version_of_upload(caller.library, row)
    caller.collection(opened.collection.slug, edit=True)
    settings, decision = caller.service.settings, PersonalDataDecision(body.decision)
    data_decisions.decide(settings, _intake(caller), caller.library, caller.actor, opened, decision)
    return _public(request, caller, [upload_batch.find(caller.library, caller.reach.edit, upload_id)])[0]


@small_bodies.post("/uploads/{upload_id}/take-name", summary="Rename the document that has this content already")
def take_name(request: Request, upload_id: Id, caller: Editor) -> UploadPublic:
    """The document `known_as` takes the name of the uploaded file; its text and its versions stay as they are."""
    row = upload_batch.find(caller.library, caller.reach.edit, upload_id)
    upload_actions.take_name(caller.library, caller.actor, row)
    return _public(request, caller, [row])[0]


@small_bodies.delete("/uploads", status_code=204, response_class=Response, summary="Clear the list of finished uploads")
def clear(
    caller: Editor,
    mine: Annotated[bool, Query(description="Only the caller's own.")] = False,
    keep_failed: Annotated[bool, Query(description="Keep those that failed or were cancelled.")] = False,
) -> None:
    by = caller.actor.id if mine else None
    upload_batch.dismiss(caller.service.intake, caller.library, caller.reach.edit, by=by, keep_failed=keep_failed)


@small_bodies.delete(
    "/uploads/{upload_id}", status_code=204, response_class=Response, summary="Remove a finished upload from the list"
)
def dismiss(upload_id: Id, caller: Editor) -> None:
    """Only a finished upload can be removed. Its document stays."""
    upload_batch.dismiss(caller.service.intake, caller.library, caller.reach.edit, upload_id)


def _intake(caller: Caller) -> Intake:
    intake = caller.service.intake
    if intake is None:
        raise Transient("intake_closed")
    return intake


def _recent_uploads(request: Request, caller: Caller, limit: int, mine: bool = False) -> list[UploadPublic]:
    if caller.service.intake is not None:
        caller.service.intake.upload_status.give_up_unsent(caller.library)
    by = caller.actor.id if mine else None
    return _public(request, caller, upload_batch.recent(caller.library, caller.reach.edit, limit, by))


def _public(request: Request, caller: Caller, rows: list[UploadRow]) -> list[UploadPublic]:
    copies = upload_actions.known_copies(caller.library, rows, caller.reach.read)
    versions = data_decisions.versions_of_uploads(caller.library, rows)
    data = personal_data_of(caller, list(versions.values()))
    documents = {row.document_id for row in rows if row.document_id is not None}
    orders = number_marked(caller.library, documents) if documents else {}
    locale = request.state.locale
    return [
        _public_row(
            row,
            copies.get(row.id, KnownCopies()),
            data.get(versions.get(row.id, 0)),
            orders.get(row.document_id or 0, 0),
            caller,
            locale,
        )
        for row in rows
    ]


def _public_row(
    row: UploadRow, copies: KnownCopies, data: PersonalDataPublic | None, orders: int, caller: Caller, locale: str
) -> UploadPublic:
    intake = caller.service.intake
    live = intake.upload_status.live(row.job_id) if intake and row.status in UNFINISHED else None
    is_sending = row.status == IngestStatus.SENDING
    done, total = (live.done, live.total) if live else (row.done, row.total)
    return UploadPublic(
        id=row.id,
        batch=row.batch,
        collection=row.collection,
        name=row.name,
        path=row.path,
        status=IngestStatus.WORKING if live and not is_sending else row.status,
        stage=live.stage if live else row.stage,
        done=done,
        total=total,
        percent=min(100, done * 100 // total) if total else None,
        error=error_from_json(row.error).as_dict(locale, plain=True) if row.error else None,
        document_id=row.document_id,
        known_as=_known(copies.under) if copies.under else None,
        also_in=[_known(one) for one in copies.elsewhere],
        orders=orders,
        actions=upload_actions.actions(row, copies),
        personal_data=None if row.status in UNFINISHED else data,
        mine=row.uploaded_by == caller.actor.id,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _known(document: KnownDocument) -> KnownDocumentPublic:
    return KnownDocumentPublic.model_validate(document, from_attributes=True)


router = APIRouter()
router.include_router(large_bodies)
router.include_router(small_bodies)
