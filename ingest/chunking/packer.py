"""Pieces → drafts of chunks, along the tree of sections: what belongs together stays in one chunk while it fits."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.chunking.splitter import TextPiece, header_text
from ingest.structure.blocks import Outline

__all__ = ["ChunkDraft", "pack"]

# Shares of the token budget. Neighbours are packed up to _TARGET. A section under _SMALL may be merged with its
# neighbour. A draft under _TINY is always merged while it fits.
_TARGET = 0.65
_SMALL = 0.3
_TINY = 0.12


@dataclass(slots=True)
class ChunkDraft:
    """The pieces of one chunk.

    Attributes:
        section: ordinal of its section; None when top-level sections were merged.
        complete: whether it is a complete subsection, which may be merged with its neighbour.
        small: whether its tokens are under ``_SMALL``.
    """

    section: int | None
    pieces: list[TextPiece] = field(default_factory=list)
    complete: bool = False
    small: bool = False

    @property
    def tokens(self) -> int:
        return sum(p.tokens for p in self.pieces)


def pack(outline: Outline, pieces: list[TextPiece], budgets: list[int]) -> list[ChunkDraft]:
    """Return drafts in reading order. ``budgets``: per section, the tokens that the text of a chunk may have."""
    return _Packer(outline, pieces, budgets).run()


class _Packer:
    def __init__(self, outline: Outline, pieces: list[TextPiece], budgets: list[int]) -> None:
        self.outline = outline
        self.blocks = outline.blocks
        self.budgets = budgets
        self.own_pieces: list[list[TextPiece]] = [[] for _ in outline.sections]
        self.children: list[list[int]] = [[] for _ in outline.sections]
        for piece in pieces:
            self.own_pieces[self.blocks[piece.block].section].append(piece)
        for section in outline.sections:
            if section.parent is not None:
                self.children[section.parent].append(section.ordinal)
        self.totals = [sum(p.tokens for p in own_pieces) for own_pieces in self.own_pieces]
        for section in reversed(outline.sections):
            if section.parent is not None:
                self.totals[section.parent] += self.totals[section.ordinal]
        rows: dict[int, int] = {}
        for piece in pieces:
            table = self.blocks[piece.block].table
            if table and piece.row is not None and piece.row < table.header_rows:
                rows[piece.block] = rows.get(piece.block, 0) + piece.tokens
        self.header_tokens = rows

    def run(self) -> list[ChunkDraft]:
        top = [self._section(s.ordinal, []) for s in self.outline.sections if s.parent is None]
        return self._merged(None, [d for drafts in top for d in drafts])

    def _section(self, ordinal: int, carried_headings: list[TextPiece]) -> list[ChunkDraft]:
        """Return the drafts of a section with its subsections. ``carried_headings``: headings of sections above."""
        budget = self.budgets[ordinal]
        own_pieces = carried_headings + self.own_pieces[ordinal]
        if sum(p.tokens for p in carried_headings) + self.totals[ordinal] <= budget * _TARGET:
            everything = own_pieces + [p for child in self.children[ordinal] for p in self._all_pieces(child)]
            return (
                [ChunkDraft(ordinal, everything, True, self.totals[ordinal] <= budget * _SMALL)] if everything else []
            )
        drafts: list[ChunkDraft] = []
        children = self.children[ordinal]
        if not children or any(self.blocks[p.block].kind != "heading" for p in own_pieces):
            drafts, own_pieces = self._groups(ordinal, own_pieces), []
            if not children and len(drafts) == 1:
                drafts[0].complete = True
        for child in children:
            drafts += self._section(child, own_pieces)
            own_pieces = []
        return self._merged(ordinal, drafts)

    def _all_pieces(self, ordinal: int) -> list[TextPiece]:
        return self.own_pieces[ordinal] + [p for child in self.children[ordinal] for p in self._all_pieces(child)]

    def _merged(self, parent: int | None, drafts: list[ChunkDraft]) -> list[ChunkDraft]:
        """Merge short neighbouring subsections of one section; never two chapters or annexes."""
        budget = self.budgets[parent] if parent is not None else min(self.budgets, default=0)
        packed: list[ChunkDraft] = []
        for draft in drafts:
            last = packed[-1] if packed else None
            if last is None or not self._mergeable(last, draft, budget):
                packed.append(draft)
                continue
            both = last.small and draft.small
            section = last.section if last.section == parent else parent
            packed[-1] = ChunkDraft(section if parent is not None else None, last.pieces + draft.pieces, True, both)
        return packed

    def _mergeable(self, last: ChunkDraft, draft: ChunkDraft, budget: int) -> bool:
        if not (last.complete and draft.complete) or self._is_chapter(last) or self._is_chapter(draft):
            return False
        total = last.tokens + draft.tokens
        tiny = min(last.tokens, draft.tokens) <= budget * _TINY
        return (last.small and draft.small and total <= budget * _TARGET) or (tiny and total <= budget * 0.9)

    def _is_chapter(self, draft: ChunkDraft) -> bool:
        if draft.section is None:
            return False
        section = self.outline.sections[draft.section]
        return section.level == 1 and section.clause is not None

    def _groups(self, ordinal: int, pieces: list[TextPiece]) -> list[ChunkDraft]:
        """Return the drafts of the text of one section: short neighbouring clauses together, long ones split."""
        budget = self.budgets[ordinal]
        packed: list[list[TextPiece]] = []
        current: list[TextPiece] = []
        for group in self._clause_groups(pieces):
            size, current_size = _tokens(group), _tokens(current)
            if size > budget:
                if current_size > budget * _SMALL and not self._introduces_next(current[-1]):
                    packed.append(current)
                    current = []
                *full, current = self._split_evenly(current + group, budget)
                packed += full
            elif current_size + size <= budget * _TARGET or (
                min(current_size, size) <= budget * _TINY and current_size + size <= budget
            ):
                current = current + group
            else:
                packed.append(current)
                current = group
        packed.append(current)
        return [ChunkDraft(ordinal, p) for p in packed if p]

    def _clause_groups(self, pieces: list[TextPiece]) -> list[list[TextPiece]]:
        """Return groups that stay together while they fit: headings, a clause, its list or table, its footnotes."""
        groups: list[list[TextPiece]] = []
        for piece in pieces:
            block = self.blocks[piece.block]
            last = groups[-1][-1] if groups else None
            joined = last is not None and (
                block.depth > 0
                or block.kind == "footnote"
                or last.block == piece.block
                or self._introduces_next(last)
                or self.blocks[last.block].kind == "heading"
            )
            if joined:
                groups[-1].append(piece)
            else:
                groups.append([piece])
        return groups

    def _introduces_next(self, piece: TextPiece) -> bool:
        """Return whether a piece needs the next one: a heading, a header row, a text such as "the following:"."""
        block = self.blocks[piece.block]
        if block.table is not None:
            return piece.row is not None and piece.row < block.table.header_rows
        return block.kind == "heading" or piece.text.rstrip()[-1:] in (":", "：", "–", "—")

    def _split_evenly(self, pieces: list[TextPiece], budget: int) -> list[list[TextPiece]]:
        """Return parts of about equal size, none over ``budget`` tokens with the header rows that it repeats."""
        total = _tokens(pieces)
        even_size = total / max(1, -(-total // budget))
        packed: list[list[TextPiece]] = [[]]
        size = 0
        for piece in pieces:
            current = packed[-1]
            full = size >= even_size and self.blocks[piece.block].kind != "footnote"
            if current and (full or size + piece.tokens > budget):
                moved_on: list[TextPiece] = []
                while len(current) > 1 and self._introduces_next(current[-1]):
                    moved_on.insert(0, current.pop())
                if _tokens(moved_on) + piece.tokens > budget:
                    current.extend(moved_on)
                    moved_on = []
                packed.append(moved_on)
                size = _tokens(moved_on) + (0 if moved_on else self._header_tokens(piece))
            packed[-1].append(piece)
            size += piece.tokens
        return packed

    def _header_tokens(self, piece: TextPiece) -> int:
        """Return the tokens of the header rows that a chunk repeats when it starts with this row."""
        block = self.blocks[piece.block]
        return self.header_tokens.get(piece.block, 0) if header_text(block) and not piece.cut_row else 0


def _tokens(pieces: list[TextPiece]) -> int:
    return sum(p.tokens for p in pieces)
