"""Elements → a tree of sections and the blocks that stand in them, each with its clause number.

Headings come from ``Title`` elements and from clause numbers; where both speak, the number decides the
depth ("3.2 Leave" stands under "第三章 …" whatever the type sizes say).
"""

from __future__ import annotations

from unstructured.documents.elements import Element, ListItem, Table, Title

from ingest.structure.blocks import Block, Kind, Outline, Part, Section
from ingest.structure.clause_markers import Marker, markers
from ingest.structure.clause_numbering import ClauseNumber, Numbering
from ingest.structure.contents_tables import toc_elements
from ingest.structure.open_sections import OpenSections
from ingest.structure.paragraph_joins import (
    append,
    box_of,
    continues,
    cover_lines,
    glue,
    is_revision_mark,
    last_paragraph,
    page_of,
)
from ingest.structure.table_lines import TableBlock, add_rows, table_block
from kb.language.sentences import PAUSES, STOPS

__all__ = ["Block", "Kind", "Outline", "Part", "Section", "build"]

_LONGEST_HEADING = 160
# A chapter heading with nothing after its number: the name stands in the next line.
_NAME_LINES = 3


def build(elements: list[Element], title: str | None = None) -> Outline:
    """The outline of one document; ``title`` keeps the document's own title from becoming a section."""
    return _Builder(elements, title).run()


class _Builder:
    def __init__(self, elements: list[Element], title: str | None) -> None:
        self.elements = elements
        self.title = _folded(title or "")
        self.toc = toc_elements(elements)
        self.cover = cover_lines(elements, self.toc)
        self.numbers = Numbering()
        self.out = Outline([], [])
        self.open = OpenSections(self.out.sections)
        self.naming = 0  # lines that may still be the name of the chapter just opened
        self.name_depth: int | None = None
        self.margin: float | None = None  # left edge of the last numbered item
        self.long_item = False

    def run(self) -> Outline:
        for index, element in enumerate(self.elements):
            if element.text.strip():
                self._element(index, element)
        return self.out

    @property
    def open_named(self) -> bool:
        return any(s.heading for s in self.out.sections)

    def _element(self, index: int, element: Element) -> None:
        if index in self.toc:
            self._add(index, element, "toc", None)
        elif isinstance(element, Table):
            self._table(index, element)
        elif getattr(element.metadata, "footnote", None) or is_revision_mark(element):
            self._add(index, element, "footnote", self._clause())
        elif continues(last := last_paragraph(self.out.blocks), element) and last:
            append(last, element)
        else:
            self._text(index, element)
        self.naming = max(0, self.naming - 1)

    def _text(self, index: int, element: Element) -> None:
        titled = isinstance(element, Title) and _may_be_heading(element.text)
        own = index < self.cover or (_folded(element.text) == self.title and not _is_chapter(element.text))
        if titled and not self.open_named and own:
            self._add(index, element, "text", None)
            return
        auto = getattr(element.metadata, "clause", None)
        numbered = self.numbers.read(element.text, heading=titled, auto=auto, ahead=self._ahead(index))
        named = titled or (self.naming == _NAME_LINES and _may_be_heading(element.text))
        if named and numbered is None and self.naming and self._name(index, element):
            return
        if self._opens(index, element, titled, numbered):
            self._section(index, element, numbered, auto)
        else:
            self._paragraph(index, element, numbered)

    def _ahead(self, index: int) -> list[Marker]:
        """First readings of the numbers that follow, enough to see whether "4." is a chapter or an item."""
        found: list[Marker] = []
        for element in self.elements[index + 1 : index + 40]:
            auto = getattr(element.metadata, "clause", None)
            found.extend(markers(auto or element.text, heading=bool(auto) or isinstance(element, Title))[:1])
            if len(found) >= 3:
                break
        return found

    def _opens(self, index: int, element: Element, titled: bool, numbered: ClauseNumber | None) -> bool:
        """Headings by style; by 「第三章」 or "Annex 2" alone; and short numbered lines with clauses under them."""
        if numbered is None:
            return titled
        if numbered.kind == "annex":
            return not self.open.in_annex(numbered.path)
        if titled or numbered.kind in ("chapter", "part"):
            return _may_be_heading(element.text)
        if numbered.kind != "dotted" or not _may_be_heading(element.text) or element.text.rstrip()[-1:] in ":：–":
            return False
        nested = next((m.value for m in self._ahead(index) if m.kind == "dotted"), ())
        return len(nested) == len(self.numbers.dotted) + 1 and nested[:-1] == self.numbers.dotted

    def _section(self, index: int, element: Element, numbered: ClauseNumber | None, auto: str | None) -> None:
        depth = element.metadata.category_depth if isinstance(element, Title) else None
        heading = " ".join(([auto.strip()] if auto else []) + element.text.split("\n")).strip()
        self.open.add(heading, page_of(element), numbered, depth)
        if numbered is None:
            self.numbers.leave(self.open.clause)
        bare = numbered is not None and not auto and not element.text[numbered.end :].strip()
        self.naming = _NAME_LINES + 1 if bare else 0
        self.margin = None
        self._add(index, element, "heading", numbered.path if numbered else None)

    def _name(self, index: int, element: Element) -> bool:
        """「第三章」 and 「假期」 in two lines are one heading."""
        section = self.out.sections[-1]
        depth = element.metadata.category_depth
        if self.out.blocks[-1].kind != "heading" or page_of(element) != section.page:
            return False
        if self.naming < _NAME_LINES and depth != self.name_depth:
            return False
        self.name_depth = depth
        section.heading = glue(section.heading, element.text.strip(), "heading")
        self._add(index, element, "heading", section.clause)
        return True

    def _paragraph(self, index: int, element: Element, numbered: ClauseNumber | None) -> None:
        listed = isinstance(element, ListItem) or (numbered is not None and numbered.depth > 0)
        kind: Kind = "list" if listed else "text"
        if numbered is None:
            clause, depth = self._continued_clause(element)
            self._add(index, element, kind, clause, depth + (1 if kind == "list" and not depth else 0))
            return
        box = box_of(element)
        self.margin = box[0] if box else None
        self.long_item = len(element.text) > 120 or not isinstance(element, ListItem)
        if numbered.kind == "annex":
            self._add(index, element, "text", numbered.path)
            return
        depth = numbered.depth if self.numbers.anchor else numbered.depth - 1
        self._add(index, element, kind, numbered.path, max(0, depth))

    def _continued_clause(self, element: Element) -> tuple[str | None, int]:
        """The clause an unnumbered paragraph belongs to: by its indent where known, else the clause around the list."""
        items = len(self.numbers.items)
        box = box_of(element)
        if items and box and self.margin is not None and box[0] > self.margin + 0.012:
            return self.numbers.path() or None, items
        if self.numbers.anchor or not items:
            return self.numbers.anchor or None, 0
        return (self.numbers.path(1) if self.long_item else None), 0

    def _clause(self) -> str | None:
        return self.out.blocks[-1].clause if self.out.blocks else None

    def _table(self, index: int, element: Table) -> None:
        table = table_block(element)
        last = self.out.blocks[-1] if self.out.blocks else None
        if last is not None and last.table is not None and getattr(element.metadata, "continued", None):
            added = add_rows(last.table, table)
            if not added:
                return
            offset = len(last.text) + 1
            last.text += "\n" + added
            last.parts.append(Part(offset, len(last.text), page_of(element), box_of(element)))
            return
        clause = self._continued_clause(element)[0]
        self._add(index, element, "table", clause, 1 if clause else 0, table)

    def _add(
        self,
        index: int,
        element: Element,
        kind: Kind,
        clause: str | None,
        depth: int = 0,
        table: TableBlock | None = None,
    ) -> None:
        if not self.open:
            self.open.front(page_of(element))
        text = table.text if table else element.text.strip()
        parts = [Part(0, len(text), page_of(element), box_of(element))]
        self.out.blocks.append(Block(index, text, self.open.last.ordinal, clause, kind, depth, parts, table))


def _may_be_heading(text: str) -> bool:
    text = text.strip()
    return len(text) <= _LONGEST_HEADING and text[-1] not in STOPS + PAUSES and text.count("。") == 0


def _is_chapter(text: str) -> bool:
    """Whether a line is a chapter's heading, though a file without a title of its own may be called by it."""
    return any(marker.kind in ("chapter", "part") for marker in markers(text, heading=True))


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()
