"""The people's data that was found in documents: which hold any, and what an editor decides about it."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Editor
from assistant.api.schemas.bodies import Id
from assistant.api.schemas.document_schemas import document_editor
from assistant.api.schemas.personal_data_schemas import DecisionUpdate, PersonalDataPublic, personal_data_of
from assistant.uploads import data_decisions
from kb.core.errors import Transient
from kb.library.documents import DocumentVersion
from kb.publishing import personal_data_decisions
from kb.store.tables.states import PersonalDataDecision

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["documents"])


class HoldingVersion(BaseModel):
    """A version that holds people's data."""

    document_id: int
    document: str
    title: str
    collection: str
    version: int
    state: str
    personal_data: PersonalDataPublic


class DecisionTaken(BaseModel):
    """What became of a decision."""

    collection: str = Field(description="Where the version is now; with keep, a collection that only owners read.")
    rereading: bool = Field(description="Whether the file is being read again; until that ends, its text is as before.")
    personal_data: PersonalDataPublic


@router.get("/personal-data", summary="List documents with people's data")
def holding(caller: Editor) -> list[HoldingVersion]:
    """Those that wait for a decision first, then lists of persons; only in collections that the caller may edit."""
    rows = personal_data_decisions.holding_documents(caller.library, caller.reach.edit)
    found = personal_data_of(caller, [opened.version.id for opened, _ in rows])
    return [
        HoldingVersion(
            document_id=opened.document.id,
            document=opened.document.name,
            title=opened.version.title or opened.document.name,
            collection=opened.collection.slug,
            version=opened.version.number,
            state=opened.version.state,
            personal_data=found[opened.version.id],
        )
        for opened, _ in rows
    ]


@router.post(
    "/documents/{document_id}/versions/{version_id}/personal-data", summary="Decide about a version's people's data"
)
def decide(document_id: Id, version_id: Id, body: DecisionUpdate, caller: Editor) -> DecisionTaken:
    """A version that waited is published by it. The decision can be changed later, and is in the audit trail.

    `keep` moves the version to a collection that only owners read. `mask` reads the file again, and puts marks in place
    of the data; only owners can open the original then. `publish` leaves it as it is, where it is.
    """
    editor = document_editor(caller, document_id, edit=True)
    opened = DocumentVersion(editor.collection, editor.document, editor.version(version_id, editor=True))
    if caller.service.intake is None:
        raise Transient("intake_closed")
    decision = PersonalDataDecision(body.decision)
    settings, intake = caller.service.settings, caller.service.intake
    decided = data_decisions.decide(settings, intake, caller.library, caller.actor, opened, decision)
    found = personal_data_of(caller, [version_id])[version_id]
    return DecisionTaken(collection=decided.collection, rereading=decided.reread, personal_data=found)
