"""Sections → chunks: what is embedded, searched and quoted.

A chunk's text is the document's own, block by block, parted by line ends; only a table's header rows are
repeated when the table runs on in the next chunk. Sizes are in the embedding model's tokens and count what
is embedded: title, heading path and text.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.chunking.packer import Draft, pack
from ingest.chunking.splitter import CountTokens, Piece, header_text, pieces_of, split_long
from ingest.structure.blocks import Kind, Outline
from kb.search.indexed_text import embedded_text, headings_above

__all__ = ["Chunk", "chunk", "embedding_text"]


@dataclass(slots=True)
class Chunk:
    """What is indexed. Offsets are characters in ``text``; pages count from 1; boxes are fractions of the page.

    Attributes:
        section: ordinal of the section it stands in (of the one around them when short sections were merged).
        clause: the first clause in it; ``clauses`` has (offset, clause path) wherever it changes, "" for none.
        page_starts: (offset, page) wherever the page changes.
        boxes: (page, x0, y0, x1, y1, start, end) of every block.
        kind: table when it holds nothing but rows, list, footnote, else text.
        tokens: of ``embedding_text``.
    """

    ordinal: int
    section: int | None
    text: str
    heading_path: list[str]
    clause: str | None
    clauses: list[tuple[int, str]]
    pages: list[int]
    page_starts: list[tuple[int, int]]
    boxes: list[tuple[int, float, float, float, float, int, int]]
    kind: str
    tokens: int


def embedding_text(title: str, chunk: Chunk) -> str:
    """What the embedding model reads: title, heading path, text; a heading the text itself opens with is left out."""
    return embedded_text(title, chunk.heading_path, chunk.text)


def chunk(outline: Outline, *, count_tokens: CountTokens, max_tokens: int, title: str) -> list[Chunk]:
    """Chunks in reading order, each at most ``max_tokens`` with title and heading path.

    ``count_tokens`` is called on many texts at once: once for all pieces, again only for those cut smaller.
    """
    paths = [_path(outline, s.ordinal) for s in outline.sections]
    heads = [headings_above(title, path, "") for path in paths]
    counts = count_tokens(["1", *heads])
    # Start, end and prefix tokens, counted again with every piece; an empty text would count a space as well.
    special, head_tokens = max(0, counts[0] - 1), counts[1:]
    budgets = [max(max_tokens // 3, max_tokens - tokens - 2) for tokens in head_tokens]
    pieces = _pieces(outline, count_tokens, budgets, special)
    drafts = pack(outline, pieces, budgets)
    return _fitting(outline, drafts, paths, count_tokens, max_tokens, title)


def _pieces(outline: Outline, count_tokens: CountTokens, budgets: list[int], special: int) -> list[Piece]:
    """All pieces with their tokens, none longer than its section's budget (header rows included)."""
    todo = [p for i, b in enumerate(outline.blocks) if b.kind != "toc" for p in pieces_of(i, b)]
    headers = {i: header_text(b) for i, b in enumerate(outline.blocks) if b.table is not None}
    room = dict(zip(headers, count_tokens(list(headers.values())), strict=True)) if headers else {}
    done: list[Piece] = []
    while todo:
        again: list[Piece] = []
        cut = False
        for piece, tokens in zip(todo, count_tokens([p.text for p in todo]), strict=True):
            limit = budgets[outline.blocks[piece.block].section]
            header = room.get(piece.block, 0)
            if piece.row is not None and not piece.cut_row and header < limit // 2:
                limit -= header
            size = max(1, tokens - special)
            if size <= limit or len(piece.text) < 2:
                again.append(Piece(piece.block, piece.start, piece.end, piece.text, size, piece.row, piece.cut_row))
            else:
                again.extend(split_long(piece, outline.blocks[piece.block], size, limit))
                cut = True
        if not cut:
            done = again
            break
        todo = again
    return done


def _fitting(
    outline: Outline,
    drafts: list[Draft],
    paths: list[list[str]],
    count_tokens: CountTokens,
    max_tokens: int,
    title: str,
) -> list[Chunk]:
    """Chunks of the drafts; a draft whose joined text counts more than its pieces did is halved."""
    while True:
        chunks = [_chunk(outline, n, d, [] if d.section is None else paths[d.section]) for n, d in enumerate(drafts)]
        sizes = count_tokens([embedding_text(title, c) for c in chunks])
        for made, size in zip(chunks, sizes, strict=True):
            made.tokens = size
        smaller: list[Draft] = []
        for draft, size in zip(drafts, sizes, strict=True):
            half = len(draft.pieces) // 2
            if size > max_tokens and half:
                smaller += [Draft(draft.section, draft.pieces[:half]), Draft(draft.section, draft.pieces[half:])]
            else:
                smaller.append(draft)
        if len(smaller) == len(drafts):
            return chunks
        drafts = smaller


def _chunk(outline: Outline, ordinal: int, draft: Draft, path: list[str]) -> Chunk:
    made = Chunk(ordinal, draft.section, "", path, None, [], [], [], [], "text", 0)
    last: Piece | None = None
    for piece in draft.pieces:
        block = outline.blocks[piece.block]
        if last is not None:
            joined = last.block == piece.block and piece.row is None
            made.text += block.text[last.end : piece.start] if joined else "\n"
        if block.table and piece.row is not None and (last is None or last.block != piece.block):
            header = header_text(block) if piece.row >= block.table.header_rows and not piece.cut_row else ""
            made.text += header + "\n" if header else ""
        start = len(made.text)
        made.text += piece.text
        _place(made, outline, piece, start)
        last = piece
    made.kind = _kind([outline.blocks[p.block].kind for p in draft.pieces])
    named = [outline.blocks[p.block] for p in draft.pieces]
    made.clause = next((b.clause for b in named if b.kind != "heading" and b.clause), None) or next(
        (b.clause for b in reversed(named) if b.clause), None
    )
    return made


def _place(made: Chunk, outline: Outline, piece: Piece, start: int) -> None:
    """Record clause, pages and boxes of a piece written at ``start``."""
    block = outline.blocks[piece.block]
    clause = block.clause or ""
    if (made.clauses[-1][1] if made.clauses else "") != clause:
        made.clauses.append((0 if not made.clauses and start and piece.row is not None else start, clause))
    for part in block.parts:
        low, high = max(part.start, piece.start), min(part.end, piece.end)
        if low >= high:
            continue
        begin = start if piece.cut_row else start + low - piece.start
        end = start + len(piece.text) if piece.cut_row else start + high - piece.start
        if part.page is None:
            continue
        if not made.page_starts or made.page_starts[-1][1] != part.page:
            made.page_starts.append((begin if made.page_starts else 0, part.page))
        if part.page not in made.pages:
            made.pages.append(part.page)
        if part.box is not None:
            made.boxes.append((part.page, *part.box, begin, end))


def _kind(kinds: list[Kind]) -> str:
    found = {k for k in kinds if k != "heading"}
    return next((k for k in ("table", "list", "footnote") if found == {k}), "text")


def _path(outline: Outline, ordinal: int) -> list[str]:
    return [s.heading for s in outline.path(ordinal) if s.heading]
