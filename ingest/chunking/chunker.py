"""Outline → chunks: the pieces of text that are embedded, searched and quoted.

The text of a chunk is the text of its blocks, one per line. Nothing is added, except that the header rows of a table
are repeated where the table continues in the next chunk. Sizes are tokens of the embedding model and count what is
embedded: title, heading path and text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingest.chunking.packer import ChunkDraft, pack
from ingest.chunking.splitter import CountTokens, TextPiece, header_text, pieces_of, split_long
from ingest.structure.blocks import Kind, Outline
from ingest.structure.table_lines import TableBlock
from kb.search.indexed_text import embedded_text, headings_above

__all__ = ["Chunk", "chunk", "embedding_text"]


@dataclass(slots=True)
class Chunk:
    """A piece of text that is indexed. Offsets are characters in ``text``; boxes are fractions of the page.

    Attributes:
        section: ordinal of its section; of the section around them when short sections were merged.
        clause: path of the first clause in it.
        clauses: (offset, clause path) wherever the clause changes, "" for none.
        pages: counted from 1.
        page_starts: (offset, page) wherever the page changes.
        boxes: (page, x0, y0, x1, y1, start, end) of every block.
        tables: (start, end, header rows) of every table; its first lines are its header rows.
        kind: "table", "list" or "footnote" when all blocks except headings are of that kind, else "text".
        tokens: of :func:`embedding_text`.
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
    tables: list[tuple[int, int, int]]
    kind: str
    tokens: int


def embedding_text(title: str, chunk: Chunk) -> str:
    """Return what the embedding model reads: title, heading path, text; without a heading that the text starts with."""
    return embedded_text(title, chunk.heading_path, chunk.text)


def chunk(outline: Outline, *, count_tokens: CountTokens, max_tokens: int, title: str) -> list[Chunk]:
    """Return the chunks in reading order, each at most ``max_tokens`` long with title and heading path.

    Args:
        count_tokens: returns the tokens of each text, special tokens included. It is called with many texts at once:
            once for all pieces, again only after pieces were split.
        title: title of the document.
    """
    heading_paths = [_heading_path(outline, s.ordinal) for s in outline.sections]
    prefixes = [headings_above(title, path, "") for path in heading_paths]
    counts = count_tokens(["1", *prefixes])
    # Special tokens (start, end, prefix) are counted with every piece. Not measured on "": it would count a space too.
    special_tokens, prefix_tokens = max(0, counts[0] - 1), counts[1:]
    budgets = [max(max_tokens // 3, max_tokens - tokens - 2) for tokens in prefix_tokens]
    pieces = _pieces(outline, count_tokens, budgets, special_tokens)
    drafts = pack(outline, pieces, budgets)
    return _fit_to_limit(outline, drafts, heading_paths, count_tokens, max_tokens, title)


def _pieces(outline: Outline, count_tokens: CountTokens, budgets: list[int], special_tokens: int) -> list[TextPiece]:
    """Return all pieces with their tokens, none longer than the budget of its section (with repeated header rows)."""
    pieces = [p for i, b in enumerate(outline.blocks) if b.kind != "toc" for p in pieces_of(i, b)]
    headers = {i: header_text(b) for i, b in enumerate(outline.blocks) if b.table is not None}
    header_tokens = dict(zip(headers, count_tokens(list(headers.values())), strict=True)) if headers else {}
    done: list[TextPiece] = []
    while pieces:
        next_pieces: list[TextPiece] = []
        cut = False
        for piece, tokens in zip(pieces, count_tokens([p.text for p in pieces]), strict=True):
            limit = budgets[outline.blocks[piece.block].section]
            header = header_tokens.get(piece.block, 0)
            if piece.row is not None and not piece.cut_row and header < limit // 2:
                limit -= header
            size = max(1, tokens - special_tokens)
            if size <= limit or len(piece.text) < 2:
                next_pieces.append(replace(piece, tokens=size))
            else:
                next_pieces.extend(split_long(piece, outline.blocks[piece.block], size, limit))
                cut = True
        if not cut:
            done = next_pieces
            break
        pieces = next_pieces
    return done


def _fit_to_limit(
    outline: Outline,
    drafts: list[ChunkDraft],
    heading_paths: list[list[str]],
    count_tokens: CountTokens,
    max_tokens: int,
    title: str,
) -> list[Chunk]:
    """Return the chunks of the drafts. A draft is halved where its text has more tokens than the sum of its pieces."""
    while True:
        chunks = [
            _chunk(outline, n, d, [] if d.section is None else heading_paths[d.section]) for n, d in enumerate(drafts)
        ]
        sizes = count_tokens([embedding_text(title, c) for c in chunks])
        for one, size in zip(chunks, sizes, strict=True):
            one.tokens = size
        smaller: list[ChunkDraft] = []
        for draft, size in zip(drafts, sizes, strict=True):
            half = len(draft.pieces) // 2
            if size > max_tokens and half:
                smaller += [
                    ChunkDraft(draft.section, draft.pieces[:half]),
                    ChunkDraft(draft.section, draft.pieces[half:]),
                ]
            else:
                smaller.append(draft)
        if len(smaller) == len(drafts):
            return chunks
        drafts = smaller


def _chunk(outline: Outline, ordinal: int, draft: ChunkDraft, path: list[str]) -> Chunk:
    result = Chunk(ordinal, draft.section, "", path, None, [], [], [], [], [], "text", 0)
    last: TextPiece | None = None
    for piece in draft.pieces:
        block = outline.blocks[piece.block]
        if last is not None:
            joined = last.block == piece.block and piece.row is None
            result.text += block.text[last.end : piece.start] if joined else "\n"
        opens = len(result.text)
        new_table = piece.row is not None and (last is None or last.block != piece.block or piece.cut_row)
        if block.table and piece.row is not None and new_table:
            header = header_text(block) if piece.row >= block.table.header_rows and not piece.cut_row else ""
            result.text += header + "\n" if header else ""
        start = len(result.text)
        result.text += piece.text
        if block.table and piece.row is not None:
            _record_table(result, block.table, piece, opens if new_table else None)
        _record_position(result, outline, piece, start)
        last = piece
    result.kind = _kind([outline.blocks[p.block].kind for p in draft.pieces])
    named = [outline.blocks[p.block] for p in draft.pieces]
    result.clause = next((b.clause for b in named if b.kind != "heading" and b.clause), None) or next(
        (b.clause for b in reversed(named) if b.clause), None
    )
    return result


def _record_table(result: Chunk, table: TableBlock, piece: TextPiece, opens: int | None) -> None:
    """Record the row that was written last: a new table starts at the offset ``opens``, None continues the last one."""
    end = len(result.text)
    if opens is None:
        start, _, header_rows = result.tables.pop()
        result.tables.append((start, end, header_rows))
    else:
        # A part of a long row holds the header cells of its columns, a line a header row, and its own line.
        header_rows = min(table.header_rows, piece.text.count("\n")) if piece.cut_row else table.header_rows
        result.tables.append((opens, end, header_rows))


def _record_position(result: Chunk, outline: Outline, piece: TextPiece, start: int) -> None:
    """Record clause, pages and boxes of a piece that was written at offset ``start``."""
    block = outline.blocks[piece.block]
    clause = block.clause or ""
    if (result.clauses[-1][1] if result.clauses else "") != clause:
        result.clauses.append((0 if not result.clauses and start and piece.row is not None else start, clause))
    for part in block.parts:
        low, high = max(part.start, piece.start), min(part.end, piece.end)
        if low >= high:
            continue
        begin = start if piece.cut_row else start + low - piece.start
        end = start + len(piece.text) if piece.cut_row else start + high - piece.start
        if part.page is None:
            continue
        if not result.page_starts or result.page_starts[-1][1] != part.page:
            result.page_starts.append((begin if result.page_starts else 0, part.page))
        if part.page not in result.pages:
            result.pages.append(part.page)
        if part.box is not None:
            result.boxes.append((part.page, *part.box, begin, end))


def _kind(kinds: list[Kind]) -> str:
    found = {k for k in kinds if k != "heading"}
    return next((k for k in ("table", "list", "footnote") if found == {k}), "text")


def _heading_path(outline: Outline, ordinal: int) -> list[str]:
    return [s.heading for s in outline.path(ordinal) if s.heading]
