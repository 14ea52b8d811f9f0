"""Blocks → pieces within a token limit: whole blocks, table rows, else sentences, else parts of about equal length."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest.structure.blocks import Block
from ingest.structure.table_lines import row_line
from kb.language.script import CJK, HAN

__all__ = ["CountTokens", "TextPiece", "header_text", "pieces_of", "split_long"]

CountTokens = Callable[[list[str]], list[int]]  # texts → tokens of each

# Not ``kb.language.sentences``: that cuts at every line's end and at no semicolon of a list, and drops marks that stand
# alone; a chunk has to hold all of its block, and an over-long item of a list has to be cut somewhere. Nor its CLOSERS:
# a straight quote behind a Chinese full stop may as well open what follows.
_SENTENCE = re.compile(
    r"[。！？；][」』”’）)]*\s*"  # Chinese
    r"|(?<!\bNo)(?<!\bMr)(?<!\bDr)(?<!\bMs)(?<!\be\.g)(?<!\bi\.e)(?<!\bviz)(?<!\bcf)"
    rf"[.!?;][\"'”’)]*\s+(?=[A-Z(\"“‘{HAN}•])"
)
_CLAUSE = re.compile(r"[，、：,:–—]\s*|\n")
_WORD = re.compile(rf"\s+|(?<=[{CJK}])(?=[^\s])")


@dataclass(frozen=True, slots=True)
class TextPiece:
    """The smallest unit that is packed.

    Attributes:
        block: index of its block.
        start, end: its characters in the block's text.
        text: these characters; for a part of a long row the header cells of its columns and the cells.
        tokens: 0 until counted.
        row: index of the table row, None outside tables.
        cut_row: whether it is a part of a long row; then ``start`` and ``end`` are those of the whole row.
    """

    block: int
    start: int
    end: int
    text: str
    tokens: int
    row: int | None = None
    cut_row: bool = False


def pieces_of(number: int, block: Block) -> list[TextPiece]:
    """Return the block as one piece; a table as one piece per row."""
    if block.table is None:
        return [TextPiece(number, 0, len(block.text), block.text, 0)]
    found, offset = [], 0
    for index, row in enumerate(block.table.rows):
        text = row_line(row)
        found.append(TextPiece(number, offset, offset + len(text), text, 0, index))
        offset += len(text) + 1
    return found


def header_text(block: Block) -> str:
    """Return the header rows of a table as lines; "" for other blocks and for tables without a header."""
    return "\n".join(row_line(row) for row in block.table.rows[: block.table.header_rows]) if block.table else ""


def split_long(piece: TextPiece, block: Block, tokens: int, limit: int) -> list[TextPiece]:
    """Split a piece that is longer than ``limit`` tokens; the caller splits parts that are still too long again."""
    if piece.row is not None and not piece.cut_row and block.table is not None:
        parts = _split_row(piece, block, tokens, limit)
        if len(parts) > 1:
            return parts
    spans = _sentences(piece.text) if not piece.cut_row else []
    if len(spans) < 2:
        spans = _windows(piece.text, max(2, -(-tokens // limit)))
    return [
        TextPiece(piece.block, piece.start + a, piece.start + b, piece.text[a:b], 0, piece.row, piece.cut_row)
        if not piece.cut_row
        else TextPiece(piece.block, piece.start, piece.end, piece.text[a:b], 0, piece.row, True)
        for a, b in spans
    ]


def _sentences(text: str) -> list[tuple[int, int]]:
    """Character spans of the sentences, without the space between them."""
    ends = [m.end() for m in _SENTENCE.finditer(text)]
    return list(_spans(text, ends))


def _windows(text: str, count: int) -> list[tuple[int, int]]:
    """Return the spans of ``count`` parts of about equal length, cut at commas, else between words, else anywhere."""
    ends: list[int] = []
    size = max(1, len(text) // count)
    for number in range(1, count):
        ideal, low = number * size, (ends[-1] if ends else 0) + max(1, size // 2)
        high = min(len(text) - 1, ideal + size // 2)
        for pattern in (_CLAUSE, _WORD):
            near = [m.end() for m in pattern.finditer(text, low, high) if low < m.end() < high]
            if near:
                ends.append(min(near, key=lambda end: abs(end - ideal)))
                break
        else:
            ends.append(ideal)
    return list(_spans(text, ends))


def _spans(text: str, ends: list[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for end in [*ends, len(text)]:
        piece = text[start:end]
        if piece.strip():
            yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        start = end


def _split_row(piece: TextPiece, block: Block, tokens: int, limit: int) -> list[TextPiece]:
    """Split a row between cells; each part starts with the header cells of its own columns."""
    if block.table is None or piece.row is None:
        return []
    cells = piece.text.split("\t")
    repeated = block.table.header_rows if piece.row >= block.table.header_rows else 0
    headers = [row_line(r).split("\t") for r in block.table.rows[:repeated]]
    per_part = max(1, int(len(cells) * limit * 0.45 / tokens))
    parts = []
    for first in range(0, len(cells), per_part):
        columns = slice(first, first + per_part)
        lines = ["\t".join(h[columns]) for h in headers] + ["\t".join(cells[columns])]
        text = "\n".join(t for t in lines if t.strip())
        if text:
            parts.append(TextPiece(piece.block, piece.start, piece.end, text, 0, piece.row, True))
    return parts
