"""A document's counterpart in the other language: show it, show both side by side, set or reject it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from assistant.api.auth.dependencies import Editor, Reader
from assistant.api.schemas.bilingual_schemas import (
    AlignedRowsPublic,
    BilingualPairPublic,
    CounterpartUpdate,
    paired_document,
    row_public,
)
from assistant.api.schemas.bodies import Id
from assistant.bilingual_view import document_pairs
from assistant.bilingual_view.document_pairs import BilingualPair
from assistant.bilingual_view.side_by_side import AlignedRow, PairView, side_by_side
from assistant.service.callers import Caller
from assistant.sources.readable_versions import record_opening
from kb.core.errors import NotFound
from kb.store.tables.states import PairState

__all__ = ["Only", "open_pair", "router", "rows_to_show"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}/documents", tags=["documents"])
Only = Literal["all", "differing", "alone"]


@router.get("/{document_id}/twin", summary="Show a document's copy in the other language")
def show(document_id: Id, caller: Reader) -> BilingualPairPublic:
    """The copy is found some time after publishing, or set. A copy that the caller may not read is not shown."""
    caller.document(document_id)
    pair = document_pairs.pair_of(caller.library, caller.reach, document_id)
    if pair is None:
        return BilingualPairPublic(twin=None, state=None, matched=False, rows=0, differing=0, alone=0)
    view = side_by_side(caller.library, pair)
    return BilingualPairPublic(
        twin=paired_document(pair.counterpart(document_id)),
        state=PairState.SET if pair.state is PairState.SET else PairState.FOUND,
        matched=view.is_matched,
        rows=len(view.rows),
        differing=view.differing,
        alone=view.alone,
    )


@router.get("/{document_id}/twin/rows", summary="Show both copies side by side")
def rows(
    document_id: Id,
    caller: Reader,
    only: Annotated[Only, Query(description="Rows whose figures may differ, or that only one copy has.")] = "all",
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AlignedRowsPublic:
    """Return both copies, passage by passage.

    `figures` are those that are neither on the other side of the row nor in the rows around it. The copies may differ
    there, or say the same in other words. 404 `twin_not_found` if there is no copy to see.
    """
    pair, view = open_pair(caller, document_id)
    found = rows_to_show(view, only)
    return AlignedRowsPublic(
        chinese=paired_document(pair.chinese),
        english=paired_document(pair.english),
        total=len(found),
        items=[row_public(number, row) for number, row in found[offset : offset + limit]],
    )


@router.put("/{document_id}/twin", summary="Set a document's copy in the other language")
def pair(document_id: Id, body: CounterpartUpdate, caller: Editor) -> BilingualPairPublic:
    """The caller needs the right to edit this document and to read the other. Both must be published."""
    caller.document(document_id, edit=True)
    caller.document(body.document_id)
    document_pairs.set_pair(caller.library, caller.actor, document_id, body.document_id)
    return show(document_id, caller)


@router.delete(
    "/{document_id}/twin", status_code=204, response_class=Response, summary="Say that two documents are not copies"
)
def unpair(document_id: Id, caller: Editor) -> None:
    """The two documents are not paired automatically again. A person can still pair them."""
    _, document = caller.document(document_id, edit=True)
    found = document_pairs.pair_of(caller.library, caller.reach, document_id)
    if found is None:
        raise NotFound("twin_not_found", document=document.name)
    document_pairs.unpair(caller.library, caller.actor, found, document_id)


def open_pair(caller: Caller, document_id: int) -> tuple[BilingualPair, PairView]:
    """Return a document's pair and its rows side by side. The audit trail records that both documents were opened.

    Raises:
        NotFound: ``document_not_found``, ``twin_not_found``.
    """
    _, document = caller.document(document_id)
    found = document_pairs.pair_of(caller.library, caller.reach, document_id)
    if found is None:
        raise NotFound("twin_not_found", document=document.name)
    for one in (found.chinese, found.english):
        record_opening(caller.library, caller.actor, one)
    return found, side_by_side(caller.library, found)


def rows_to_show(view: PairView, only: Only) -> list[tuple[int, AlignedRow]]:
    """Return the selected rows as ``(number, row)``. Numbers count all rows, from 1."""
    return [
        (number, row)
        for number, row in enumerate(view.rows, start=1)
        if only == "all" or (row.differs if only == "differing" else row.is_alone)
    ]
