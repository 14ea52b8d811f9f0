"""Pieces → drafts of chunks, along the tree of sections: what belongs together stays together while it fits."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.chunking.splitter import Piece, header_text
from ingest.structure.blocks import Outline

__all__ = ["Draft", "pack"]

# Shares of the budget: neighbours are packed up to _TARGET; a section under _SMALL may be merged with its
# neighbour, and what is under _TINY is never left alone while it fits somewhere.
_TARGET = 0.65
_SMALL = 0.3
_TINY = 0.12


@dataclass(slots=True)
class Draft:
    """The pieces of one chunk. ``whole``: it is a complete subsection, so it may be merged with its neighbour."""

    section: int | None
    pieces: list[Piece] = field(default_factory=list)
    whole: bool = False
    small: bool = False

    @property
    def tokens(self) -> int:
        return sum(p.tokens for p in self.pieces)


def pack(outline: Outline, pieces: list[Piece], budgets: list[int]) -> list[Draft]:
    """Drafts in reading order; ``budgets`` has the tokens a chunk's text may take, per section."""
    return _Packer(outline, pieces, budgets).run()


class _Packer:
    def __init__(self, outline: Outline, pieces: list[Piece], budgets: list[int]) -> None:
        self.outline = outline
        self.blocks = outline.blocks
        self.budgets = budgets
        self.own: list[list[Piece]] = [[] for _ in outline.sections]
        self.children: list[list[int]] = [[] for _ in outline.sections]
        for piece in pieces:
            self.own[self.blocks[piece.block].section].append(piece)
        for section in outline.sections:
            if section.parent is not None:
                self.children[section.parent].append(section.ordinal)
        self.totals = [sum(p.tokens for p in own) for own in self.own]
        for section in reversed(outline.sections):
            if section.parent is not None:
                self.totals[section.parent] += self.totals[section.ordinal]
        rows: dict[int, int] = {}
        for piece in pieces:
            table = self.blocks[piece.block].table
            if table and piece.row is not None and piece.row < table.header_rows:
                rows[piece.block] = rows.get(piece.block, 0) + piece.tokens
        self.headers = rows

    def run(self) -> list[Draft]:
        top = [self._section(s.ordinal, []) for s in self.outline.sections if s.parent is None]
        return self._merged(None, [d for drafts in top for d in drafts])

    def _section(self, ordinal: int, carried: list[Piece]) -> list[Draft]:
        """The drafts of a section and all below it; ``carried`` are headings from above, still without text."""
        budget = self.budgets[ordinal]
        own = carried + self.own[ordinal]
        if sum(p.tokens for p in carried) + self.totals[ordinal] <= budget * _TARGET:
            everything = own + [p for child in self.children[ordinal] for p in self._below(child)]
            return [Draft(ordinal, everything, True, self.totals[ordinal] <= budget * _SMALL)] if everything else []
        drafts: list[Draft] = []
        children = self.children[ordinal]
        if not children or any(self.blocks[p.block].kind != "heading" for p in own):
            drafts, own = self._groups(ordinal, own), []
            if not children and len(drafts) == 1:
                drafts[0].whole = True
        for child in children:
            drafts += self._section(child, own)
            own = []
        return self._merged(ordinal, drafts)

    def _below(self, ordinal: int) -> list[Piece]:
        return self.own[ordinal] + [p for child in self.children[ordinal] for p in self._below(child)]

    def _merged(self, parent: int | None, drafts: list[Draft]) -> list[Draft]:
        """Short neighbouring subsections of one section in one draft; never two chapters or annexes."""
        budget = self.budgets[parent] if parent is not None else min(self.budgets, default=0)
        out: list[Draft] = []
        for draft in drafts:
            last = out[-1] if out else None
            if last is None or not self._mergeable(last, draft, budget):
                out.append(draft)
                continue
            both = last.small and draft.small
            section = last.section if last.section == parent else parent
            out[-1] = Draft(section if parent is not None else None, last.pieces + draft.pieces, True, both)
        return out

    def _mergeable(self, last: Draft, draft: Draft, budget: int) -> bool:
        if not (last.whole and draft.whole) or self._chapter(last) or self._chapter(draft):
            return False
        total = last.tokens + draft.tokens
        tiny = min(last.tokens, draft.tokens) <= budget * _TINY
        return (last.small and draft.small and total <= budget * _TARGET) or (tiny and total <= budget * 0.9)

    def _chapter(self, draft: Draft) -> bool:
        if draft.section is None:
            return False
        section = self.outline.sections[draft.section]
        return section.level == 1 and section.clause is not None

    def _groups(self, ordinal: int, pieces: list[Piece]) -> list[Draft]:
        """The text of one section: clauses with their lists, short neighbours together, long ones cut."""
        budget = self.budgets[ordinal]
        out: list[list[Piece]] = []
        current: list[Piece] = []
        for group in self._clauses(pieces):
            size, held = _tokens(group), _tokens(current)
            if size > budget:
                if held > budget * _SMALL and not self._leads(current[-1]):
                    out.append(current)
                    current = []
                *full, current = self._cut(current + group, budget)
                out += full
            elif held + size <= budget * _TARGET or (min(held, size) <= budget * _TINY and held + size <= budget):
                current = current + group
            else:
                out.append(current)
                current = group
        out.append(current)
        return [Draft(ordinal, p) for p in out if p]

    def _clauses(self, pieces: list[Piece]) -> list[list[Piece]]:
        """Groups that stay together while they fit: a clause, its list or table, its footnotes; headings go ahead."""
        groups: list[list[Piece]] = []
        for piece in pieces:
            block = self.blocks[piece.block]
            last = groups[-1][-1] if groups else None
            joined = last is not None and (
                block.depth > 0
                or block.kind == "footnote"
                or last.block == piece.block
                or self._leads(last)
                or self.blocks[last.block].kind == "heading"
            )
            if joined:
                groups[-1].append(piece)
            else:
                groups.append([piece])
        return groups

    def _leads(self, piece: Piece) -> bool:
        """Headings, header rows and "the following:" are nothing without what comes after."""
        block = self.blocks[piece.block]
        if block.table is not None:
            return piece.row is not None and piece.row < block.table.header_rows
        return block.kind == "heading" or piece.text.rstrip()[-1:] in (":", "：", "–", "—")

    def _cut(self, pieces: list[Piece], budget: int) -> list[list[Piece]]:
        """Parts of about equal size, none over ``budget`` with the header rows its table needs."""
        total = _tokens(pieces)
        even = total / max(1, -(-total // budget))
        out: list[list[Piece]] = [[]]
        size = 0
        for piece in pieces:
            current = out[-1]
            full = size >= even and self.blocks[piece.block].kind != "footnote"
            if current and (full or size + piece.tokens > budget):
                moved: list[Piece] = []
                while len(current) > 1 and self._leads(current[-1]):
                    moved.insert(0, current.pop())
                if _tokens(moved) + piece.tokens > budget:
                    current.extend(moved)
                    moved = []
                out.append(moved)
                size = _tokens(moved) + (0 if moved else self._header(piece))
            out[-1].append(piece)
            size += piece.tokens
        return out

    def _header(self, piece: Piece) -> int:
        """Tokens of the header rows a chunk that starts with this row repeats."""
        block = self.blocks[piece.block]
        return self.headers.get(piece.block, 0) if header_text(block) and not piece.cut_row else 0


def _tokens(pieces: list[Piece]) -> int:
    return sum(p.tokens for p in pieces)
