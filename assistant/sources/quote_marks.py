"""Where the quoted characters of a chunk stand on their pages."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.sources import render_queue
from assistant.sources.originals import Kind
from kb.core.errors import SinziError
from kb.store.tables.library_tables import ChunkRow

__all__ = ["Mark", "marks"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A box on a page: fractions of its width and height, origin top left; pages count from 1."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


def marks(chunk: ChunkRow, start: int, end: int, path: Path, kind: Kind) -> list[Mark]:
    """Return the boxes of the characters ``start``–``end``: word by word where the page tells, else by paragraph."""
    blocks = [Mark(*box[:5]) for box in chunk.boxes if box[5] < end and start < box[6]]
    if kind != "pdf":
        return blocks
    found: list[Mark] = []
    for page in dict.fromkeys(block.page for block in blocks):
        own = [block for block in blocks if block.page == page]
        found += _on_page(path, page, _text_on(chunk, start, end, page), tuple(own)) or own
    return found


def _text_on(chunk: ChunkRow, start: int, end: int, page: int) -> tuple[str, ...]:
    """Return the lines and cells of the quote that stand on ``page``."""
    offsets = [offset for offset, _ in chunk.page_starts]
    pieces: list[str] = []
    at = start
    for line in chunk.text[start:end].splitlines(keepends=True):
        turn = max(0, bisect_right(offsets, at) - 1)
        if not offsets or chunk.page_starts[turn][1] == page:
            pieces += [piece for piece in line.split("\t") if piece.strip()]
        at += len(line)
    return tuple(pieces)


@lru_cache(maxsize=2000)
def _on_page(path: Path, page: int, texts: tuple[str, ...], blocks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Look the words up on the page; a path names its content, so what was found stays so."""
    boxes = [(block.x0, block.y0, block.x1, block.y1) for block in blocks]
    task = {"do": "find", "path": str(path), "page": page, "texts": texts, "boxes": boxes}
    try:
        return tuple(Mark(page, *box) for box in render_queue.run(task)["marks"])
    except SinziError:  # the paragraph's box is there all the same
        return ()
