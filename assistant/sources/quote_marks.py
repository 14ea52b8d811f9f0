"""The boxes of a chunk's quoted characters on their pages."""

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
    """A box on a page: coordinates as fractions of width and height, origin at the top left. Pages count from 1."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


def marks(chunk: ChunkRow, start: int, end: int, path: Path, kind: Kind) -> list[Mark]:
    """Return the boxes of the characters ``start``–``end`` of a chunk.

    They are the words' boxes if the words are found on a PDF page, otherwise those of the paragraphs.

    Args:
        path: of the original file.
        kind: of the original file.
    """
    blocks = [Mark(*box[:5]) for box in chunk.boxes if box[5] < end and start < box[6]]
    if kind != "pdf":
        return blocks
    found: list[Mark] = []
    for page in dict.fromkeys(block.page for block in blocks):
        own = [block for block in blocks if block.page == page]
        found += _on_page(path, page, _text_on(chunk, start, end, page), tuple(own)) or own
    return found


def _text_on(chunk: ChunkRow, start: int, end: int, page: int) -> tuple[str, ...]:
    """Return the lines and table cells of the quote that are on ``page``."""
    offsets = [offset for offset, _ in chunk.page_starts]
    pieces: list[str] = []
    position = start
    for line in chunk.text[start:end].splitlines(keepends=True):
        index = max(0, bisect_right(offsets, position) - 1)
        if not offsets or chunk.page_starts[index][1] == page:
            pieces += [piece for piece in line.split("\t") if piece.strip()]
        position += len(line)
    return tuple(pieces)


@lru_cache(maxsize=2000)
def _on_page(path: Path, page: int, texts: tuple[str, ...], blocks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Find the words on the page. The result can be cached, because the file at a path never changes."""
    boxes = [(block.x0, block.y0, block.x1, block.y1) for block in blocks]
    task = {"do": "find", "path": str(path), "page": page, "texts": texts, "boxes": boxes}
    try:
        return tuple(Mark(page, *box) for box in render_queue.run(task)["marks"])
    except SinziError:  # the box of the paragraph is used instead
        return ()
