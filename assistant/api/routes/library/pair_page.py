"""The page that shows the Chinese and the English copy of a document side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from assistant.api.auth.dependencies import Reader
from assistant.api.routes.library.document_pairs import Only, chosen, opened_pair
from assistant.api.schemas.bilingual_schemas import copy_public
from assistant.api.schemas.bodies import Id
from assistant.bilingual_view.side_by_side import PassageView
from assistant.tasks.word_diff import Piece
from assistant.web.pages import render

__all__ = ["blocks", "router"]

router = APIRouter(include_in_schema=False)
_ROWS = 100
Line = list[list[Piece]]  # cells of pieces


@router.get("/t/{tenant}/library/{document_id}/twin")
def page(
    request: Request,
    document_id: Id,
    caller: Reader,
    only: Only = "all",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """Show a hundred rows at a time, all of them or those that ``only`` names."""
    pair, laid = opened_pair(caller, document_id)
    found = chosen(laid, only)
    here = found[(page - 1) * _ROWS : page * _ROWS]
    rows = [
        {
            "number": number,
            "page": (number - 1) // _ROWS + 1,  # where it stands among all rows
            "row": row,
            "sides": {"chinese": _shown(row.chinese), "english": _shown(row.english)},
        }
        for number, row in here
    ]
    return render(
        request,
        "library/twin.html",
        document_id=document_id,
        copies={"chinese": copy_public(pair.chinese), "english": copy_public(pair.english)},
        laid=laid,
        counts={"all": len(laid.rows), "differing": laid.differing, "alone": laid.alone},
        only=only,
        rows=rows,
        page=page,
        pages=max(1, -(-len(found) // _ROWS)),
    )


def _shown(sides: Sequence[PassageView]) -> list[dict[str, Any]]:
    return [{"chunk": one.chunk, "blocks": blocks(one.chunk.text, one.marks)} for one in sides]


def blocks(text: str, marks: Sequence[tuple[int, int]]) -> list[tuple[bool, list[Line]]]:
    """Cut a text into ``(whether it is a table, its lines)``; tabs part the cells of a line.

    A piece is ``changed`` where it is marked.
    """
    lines: list[Line] = []
    at = 0
    for line in text.split("\n"):
        cells = []
        for cell in line.split("\t"):
            cells.append(_pieces(cell, [(start - at, end - at) for start, end in marks]))
            at += len(cell) + 1
        lines.append(cells)
    return [(is_table, list(some)) for is_table, some in groupby(lines, key=lambda cells: len(cells) > 1)]


def _pieces(cell: str, marks: Sequence[tuple[int, int]]) -> list[Piece]:
    pieces: list[Piece] = []
    done = 0
    for start, end in marks:
        if end > 0 and start < len(cell):
            first, last = max(start, 0), min(end, len(cell))
            pieces += [Piece(cell[done:first], False), Piece(cell[first:last], True)]
            done = last
    return [one for one in (*pieces, Piece(cell[done:], False)) if one.text]
