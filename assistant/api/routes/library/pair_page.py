"""The page that shows a bilingual pair side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from assistant.api.auth.dependencies import Reader
from assistant.api.routes.library.document_pairs import Only, open_pair, rows_to_show
from assistant.api.schemas.bilingual_schemas import paired_document
from assistant.api.schemas.bodies import Id
from assistant.bilingual_view.side_by_side import PassageView
from assistant.tasks.word_diff import DiffPiece
from assistant.web.pages import render

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_ROWS = 100
Line = list[list[DiffPiece]]  # the pieces of each cell


@router.get("/t/{tenant}/library/{document_id}/twin")
def page(
    request: Request,
    document_id: Id,
    caller: Reader,
    only: Only = "all",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """Show one page of a hundred rows: of all rows, or of those that ``only`` selects."""
    pair, view = open_pair(caller, document_id)
    found = rows_to_show(view, only)
    rows = [
        {
            "number": number,
            "page": (number - 1) // _ROWS + 1,  # its page when all rows are shown
            "row": row,
            "sides": {"chinese": _passages(row.chinese), "english": _passages(row.english)},
        }
        for number, row in found[(page - 1) * _ROWS : page * _ROWS]
    ]
    return render(
        request,
        "library/pair.html",
        document_id=document_id,
        documents={"chinese": paired_document(pair.chinese), "english": paired_document(pair.english)},
        view=view,
        counts={"all": len(view.rows), "differing": view.differing, "alone": view.alone},
        only=only,
        rows=rows,
        page=page,
        pages=max(1, -(-len(found) // _ROWS)),
    )


def _passages(passages: Sequence[PassageView]) -> list[dict[str, Any]]:
    return [{"chunk": one.chunk, "blocks": blocks(one.chunk.text, one.marks)} for one in passages]


def blocks(text: str, marks: Sequence[tuple[int, int]]) -> list[tuple[bool, list[Line]]]:
    """Split a text into blocks ``(whether it is a table, its lines)``. A line with a tab is a table row of cells.

    Pieces inside ``marks`` are ``changed``.

    Args:
        marks: ranges ``(start, end)`` in characters of the text, ascending.
    """
    lines: list[Line] = []
    offset = 0
    for line in text.split("\n"):
        cells = []
        for cell in line.split("\t"):
            cells.append(_pieces(cell, [(start - offset, end - offset) for start, end in marks]))
            offset += len(cell) + 1
        lines.append(cells)
    return [(is_table, list(group)) for is_table, group in groupby(lines, key=lambda cells: len(cells) > 1)]


def _pieces(cell: str, marks: Sequence[tuple[int, int]]) -> list[DiffPiece]:
    pieces: list[DiffPiece] = []
    position = 0
    for start, end in marks:
        if end > 0 and start < len(cell):
            first, last = max(start, 0), min(end, len(cell))
            pieces += [DiffPiece(cell[position:first], False), DiffPiece(cell[first:last], True)]
            position = last
    return [one for one in (*pieces, DiffPiece(cell[position:], False)) if one.text]
