"""Models of documents and versions, and functions that make them from records."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from assistant.api.schemas.bodies import UtcTime
from assistant.api.schemas.document_part_schemas import FoundPublic, found_public
from assistant.api.schemas.personal_data_schemas import PersonalDataPublic, personal_data_of
from assistant.library_admin.document_detail import DocumentEditor, main_version
from assistant.library_admin.document_list import Item
from assistant.service.callers import Caller
from kb.core.errors import NotFound
from kb.people.access import Ability
from kb.store.tables.library_tables import VersionRow
from kb.store.tables.states import PersonalDataDecision

__all__ = ["DocumentDetail", "DocumentPage", "document_detail", "document_editor", "document_public"]


class DocumentPublic(BaseModel):
    """A document in a list, with data of its published version, or of the newest if none is published."""

    id: int
    name: str
    title: str
    collection: str
    status: str = Field(description="published, draft, withdrawn, or indexing while its first version is ingested.")
    draft: bool = Field(description="Whether another version is a draft that is not published yet.")
    language: str
    version: int
    version_id: int
    page_count: int | None
    effective_from: date | None
    effective_to: date | None
    owner: str
    review_on: date | None
    review_due: bool
    updated_at: UtcTime
    personal_data: str = Field(
        description="People's data in it, for whoever may edit it: waiting (for a decision), list (of persons), some, "
        "kept (for owners), masked; empty for none."
    )
    found: FoundPublic | None = Field(description="Where the words searched for stand in its text, if they do.")


class DocumentPage(BaseModel):
    """One page of a list of documents. ``total`` counts the documents on all pages."""

    total: int
    items: list[DocumentPublic]


class VersionPublic(BaseModel):
    """One upload of a document."""

    id: int
    number: int
    state: str = Field(description="draft, published, superseded, withdrawn, or indexing.")
    title: str
    language: str
    page_count: int | None
    size_bytes: int
    issued: date | None
    effective_from: date | None
    effective_to: date | None = Field(description="The first day on which it is no longer in force.")
    notes: list[str]
    created_at: UtcTime
    original_withheld: bool = Field(default=False, description="Whether the caller may not open the original file.")
    personal_data: PersonalDataPublic | None = Field(
        default=None, description="People's data that was found in it; only for whoever may edit it."
    )


class DocumentDetail(BaseModel):
    """A document with its versions, oldest first."""

    id: int
    name: str
    title: str
    collection: str
    editable: bool
    owner: str
    review_on: date | None
    main_version_id: int
    versions: list[VersionPublic]


def document_editor(caller: Caller, document_id: int, *, edit: bool = False) -> DocumentEditor:
    """Return the editor of a document that the caller may read, or edit with ``edit``.

    Raises:
        NotFound: ``document_not_found``, also for a document that the caller may not read.
        Forbidden: ``not_allowed`` if the caller may read but not edit it.
    """
    collection, document = caller.document(document_id, edit=edit)
    return DocumentEditor(caller.service.settings, caller.library, caller.actor, collection, document)


def document_public(item: Item, personal_data: str = "") -> DocumentPublic:
    document, version = item.document, item.version
    return DocumentPublic(
        id=document.id,
        name=document.name,
        title=version.title or document.name,
        collection=item.collection.slug,
        status=version.state,
        draft=item.draft,
        language=version.language,
        version=version.number,
        version_id=version.id,
        page_count=version.page_count,
        effective_from=version.effective_from,
        effective_to=version.effective_to,
        owner=document.owner,
        review_on=document.review_on,
        review_due=item.review_due,
        updated_at=version.created_at,
        personal_data=personal_data,
        found=found_public(item.found) if item.found else None,
    )


def document_detail(editor: DocumentEditor, caller: Caller) -> DocumentDetail:
    """Return a document with the versions that the caller may see.

    Raises:
        NotFound: ``document_not_found`` if there is none.
    """
    editable = editor.collection.slug in caller.reach.edit
    versions = editor.versions(editor=editable)
    main = main_version(editor.document, versions)
    if main is None:
        raise NotFound("document_not_found", document=str(editor.document.id))
    found = personal_data_of(caller, [one.id for one in versions])
    owner = caller.may(Ability.MANAGE)
    withheld = {key for key, one in found.items() if one.decision == PersonalDataDecision.MASK and not owner}
    found = found if editable else {}
    return DocumentDetail(
        id=editor.document.id,
        name=editor.document.name,
        title=main.title or editor.document.name,
        collection=editor.collection.slug,
        editable=editable,
        owner=editor.document.owner,
        review_on=editor.document.review_on,
        main_version_id=main.id,
        versions=[_version_public(one, found.get(one.id), one.id in withheld) for one in versions],
    )


def _version_public(version: VersionRow, found: PersonalDataPublic | None, withheld: bool) -> VersionPublic:
    public = VersionPublic.model_validate(version, from_attributes=True)
    return public.model_copy(update={"personal_data": found, "original_withheld": withheld})
