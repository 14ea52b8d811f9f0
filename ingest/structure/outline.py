"""Elements → outline: a tree of sections and the blocks in them, each with its clause number.

Headings come from ``Title`` elements and from clause numbers. Where both are there, the number decides the depth: "3.2
Leave" belongs to "第三章 …" whatever its type size.
"""

from __future__ import annotations

from unstructured.documents.elements import Element, ListItem, Table, Title

from ingest.structure.blocks import Block, BlockPart, Kind, Outline
from ingest.structure.clause_markers import ClauseMarker, markers
from ingest.structure.clause_numbering import ClauseNumber, ClauseNumbering
from ingest.structure.element_positions import box_of, page_of
from ingest.structure.front_matter import cover_element_count, toc_elements
from ingest.structure.open_sections import OpenSections
from ingest.structure.paragraph_joins import (
    append_element,
    is_continuation,
    is_revision_mark,
    join_texts,
    last_paragraph,
)
from ingest.structure.table_lines import TableBlock, append_rows, table_block
from kb.language.sentences import PAUSES, STOPS

__all__ = ["build"]

_LONGEST_HEADING = 160
# Lines in which the name of a chapter is looked for when its heading holds only the number.
_NAME_LINES = 3


def build(elements: list[Element], title: str | None = None) -> Outline:
    """Return the outline of one document. A heading equal to ``title``, the document's title, opens no section."""
    return _Builder(elements, title).run()


class _Builder:
    def __init__(self, elements: list[Element], title: str | None) -> None:
        self.elements = elements
        self.title = _folded(title or "")
        self.toc = toc_elements(elements)
        self.cover = cover_element_count(elements, self.toc)
        self.numbering = ClauseNumbering()
        self.outline = Outline([], [])
        self.open_sections = OpenSections(self.outline.sections)
        self.name_lines_left = 0  # lines that may still be the name of the chapter opened last
        self.name_depth: int | None = None
        self.item_left: float | None = None  # left edge of the last numbered item
        self.long_item = False

    def run(self) -> Outline:
        for index, element in enumerate(self.elements):
            if element.text.strip():
                self._add_element(index, element)
        return self.outline

    @property
    def has_headings(self) -> bool:
        return any(s.heading for s in self.outline.sections)

    def _add_element(self, index: int, element: Element) -> None:
        if index in self.toc:
            self._add(index, element, "toc", None)
        elif isinstance(element, Table):
            self._add_table(index, element)
        elif getattr(element.metadata, "footnote", None) or is_revision_mark(element):
            self._add(index, element, "footnote", self._last_clause())
        elif is_continuation(last := last_paragraph(self.outline.blocks), element) and last:
            append_element(last, element)
        else:
            self._add_text(index, element)
        self.name_lines_left = max(0, self.name_lines_left - 1)

    def _add_text(self, index: int, element: Element) -> None:
        is_title = isinstance(element, Title) and _may_be_heading(element.text)
        is_own_title = index < self.cover or (_folded(element.text) == self.title and not _is_chapter(element.text))
        if is_title and not self.has_headings and is_own_title:
            self._add(index, element, "text", None)
            return
        automatic = getattr(element.metadata, "clause", None)
        number = self.numbering.read(
            element.text, heading=is_title, automatic=automatic, upcoming=self._upcoming_markers(index)
        )
        may_be_name = is_title or (self.name_lines_left == _NAME_LINES and _may_be_heading(element.text))
        if may_be_name and number is None and self.name_lines_left and self._extend_heading(index, element):
            return
        if self._opens_section(index, element, is_title, number):
            self._open_section(index, element, number, automatic)
        else:
            self._add_paragraph(index, element, number)

    def _upcoming_markers(self, index: int) -> list[ClauseMarker]:
        """Return the next three numbers, enough to see whether "4." is a chapter or a list item."""
        found: list[ClauseMarker] = []
        for element in self.elements[index + 1 : index + 40]:
            automatic = getattr(element.metadata, "clause", None)
            found.extend(markers(automatic or element.text, heading=bool(automatic) or isinstance(element, Title))[:1])
            if len(found) >= 3:
                break
        return found

    def _opens_section(self, index: int, element: Element, is_title: bool, number: ClauseNumber | None) -> bool:
        """Return whether a section starts: a Title, 「第三章」, "Annex 2", or a short number line with sub-clauses."""
        if number is None:
            return is_title
        if number.kind == "annex":
            return not self.open_sections.is_open_annex(number.path)
        if is_title or number.kind in ("chapter", "part"):
            return _may_be_heading(element.text)
        if number.kind != "dotted" or not _may_be_heading(element.text) or element.text.rstrip()[-1:] in ":：–":
            return False
        nested = next((m.value for m in self._upcoming_markers(index) if m.kind == "dotted"), ())
        return len(nested) == len(self.numbering.dotted) + 1 and nested[:-1] == self.numbering.dotted

    def _open_section(self, index: int, element: Element, number: ClauseNumber | None, automatic: str | None) -> None:
        depth = element.metadata.category_depth if isinstance(element, Title) else None
        heading = " ".join(([automatic.strip()] if automatic else []) + element.text.split("\n")).strip()
        self.open_sections.open_section(heading, page_of(element), number, depth)
        if number is None:
            self.numbering.end_lists(self.open_sections.clause)
        is_number_only = number is not None and not automatic and not element.text[number.end :].strip()
        self.name_lines_left = _NAME_LINES + 1 if is_number_only else 0
        self.item_left = None
        self._add(index, element, "heading", number.path if number else None)

    def _extend_heading(self, index: int, element: Element) -> bool:
        """Add a line to the last heading (「第三章」, 「假期」); return False if it is not part of that heading."""
        section = self.outline.sections[-1]
        depth = element.metadata.category_depth
        if self.outline.blocks[-1].kind != "heading" or page_of(element) != section.page:
            return False
        if self.name_lines_left < _NAME_LINES and depth != self.name_depth:
            return False
        self.name_depth = depth
        section.heading = join_texts(section.heading, element.text.strip(), heading=True)
        self._add(index, element, "heading", section.clause)
        return True

    def _add_paragraph(self, index: int, element: Element, number: ClauseNumber | None) -> None:
        is_list = isinstance(element, ListItem) or (number is not None and number.depth > 0)
        kind: Kind = "list" if is_list else "text"
        if number is None:
            clause, depth = self._continued_clause(element)
            self._add(index, element, kind, clause, depth + (1 if kind == "list" and not depth else 0))
            return
        box = box_of(element)
        self.item_left = box[0] if box else None
        self.long_item = len(element.text) > 120 or not isinstance(element, ListItem)
        if number.kind == "annex":
            self._add(index, element, "text", number.path)
            return
        depth = number.depth if self.numbering.anchor else number.depth - 1
        self._add(index, element, kind, number.path, max(0, depth))

    def _continued_clause(self, element: Element) -> tuple[str | None, int]:
        """Return clause and depth of a paragraph without a number: by its indent, else the clause around the list."""
        items = len(self.numbering.items)
        box = box_of(element)
        if items and box and self.item_left is not None and box[0] > self.item_left + 0.012:
            return self.numbering.path() or None, items
        if self.numbering.anchor or not items:
            return self.numbering.anchor or None, 0
        return (self.numbering.path(1) if self.long_item else None), 0

    def _last_clause(self) -> str | None:
        return self.outline.blocks[-1].clause if self.outline.blocks else None

    def _add_table(self, index: int, element: Table) -> None:
        table = table_block(element)
        last = self.outline.blocks[-1] if self.outline.blocks else None
        if last is not None and last.table is not None and getattr(element.metadata, "continued", None):
            added = append_rows(last.table, table)
            if not added:
                return
            offset = len(last.text) + 1
            last.text += "\n" + added
            last.parts.append(BlockPart(offset, len(last.text), page_of(element), box_of(element)))
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
        if not self.open_sections:
            self.open_sections.open_front_matter(page_of(element))
        text = table.text if table else element.text.strip()
        parts = [BlockPart(0, len(text), page_of(element), box_of(element))]
        self.outline.blocks.append(
            Block(index, text, self.open_sections.last.ordinal, clause, kind, depth, parts, table)
        )


def _may_be_heading(text: str) -> bool:
    text = text.strip()
    return len(text) <= _LONGEST_HEADING and text[-1] not in STOPS + PAUSES and text.count("。") == 0


def _is_chapter(text: str) -> bool:
    """Return whether a line is the heading of a chapter. It opens a section even if the document has it as title."""
    return any(marker.kind in ("chapter", "part") for marker in markers(text, heading=True))


def _folded(text: str) -> str:
    """Return a title as it is compared: without white space, brackets and other marks."""
    return "".join(char for char in text if char.isalnum()).casefold()
