"""HTML tree → elements: headings, paragraphs, lists with numbers, tables, questions with answers."""

from __future__ import annotations

import re

from lxml import etree

from ingest.parsers.shared.element_builder import ElementBuilder, clean_text
from ingest.parsers.shared.number_styles import format_number
from ingest.parsers.shared.plain_text import add_text, join_wrapped
from ingest.parsers.web.html_lists import list_kind
from ingest.parsers.web.html_table import table_cells
from ingest.parsers.web.html_text import BLOCKS, SKIP, collapse, plain_text

__all__ = ["HtmlWalker"]

_HEADING = re.compile(r"h([1-6])")
_ACCORDION = re.compile(r"accordion|collaps|toggle|faq|question|panel-title", re.I)
_SECTION = re.compile(r"(?:accordion|panel|card|faq|collapse)[-_]?(?:title|heading|header)\b", re.I)
_SHORT_PRE = 2000  # characters
_MAX_HEADING = 200  # characters; a longer "heading" is prose in the wrong element


class HtmlWalker:
    """Walks a tree once and adds elements to ``builder``. Inline text is kept in ``_inline`` until a block ends."""

    def __init__(self) -> None:
        self.builder = ElementBuilder()
        self._inline: list[str] = []
        self._list_depth = -1
        self._item_number: str | None = (
            None  # number of the open list item ("" for a bullet); None outside an item or after use
        )
        self._section_depth = 0  # 1 below a group heading that is not h1–h6
        self._heading_depth = 0  # of the last h1–h6; headings in other tags are below it

    def walk(self, root: etree._Element) -> None:
        """Add everything under ``root``."""
        self._visit(root)
        self._flush()

    def _visit(self, element: etree._Element) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        tag = tag.rpartition("}")[2].rpartition(":")[2].lower()
        if not tag or tag in SKIP:
            return
        if match := _HEADING.fullmatch(tag):
            self._add_heading(element, int(match.group(1)) - 1)
        elif tag in ("button", "summary"):
            self._add_control(element, tag)
        elif tag == "table":
            self._add_table(element)
        elif tag in ("ul", "ol", "menu", "dir"):
            self._add_list(element, tag)
        elif tag == "dl":
            self._add_definitions(element)
        elif tag == "pre":
            self._flush()
            self._add_preformatted(element)
        elif tag == "br":
            self._inline.append("\n")
        elif tag in BLOCKS:
            self._flush()
            if tag == "div" and _SECTION.search(element.get("class", "")) and self._add_section_heading(element):
                return
            self._children(element)
            self._flush()
        else:
            self._children(element)

    def _children(self, element: etree._Element) -> None:
        self._inline.append(collapse(element.text))
        for child in element:
            self._visit(child)
            self._inline.append(collapse(child.tail))

    def _flush(self) -> None:
        """End a block: add the collected text as paragraphs, split at empty lines."""
        text, self._inline = "".join(self._inline), []
        text = join_wrapped(text)
        for part in re.split(r"\n[ \t\u00a0]*\n\s*", text):
            if not clean_text(part):
                continue
            if self._item_number is not None:
                self.builder.item(part, self._list_depth, clause=self._item_number or None)
                self._item_number = None
            elif self._list_depth >= 0:
                self.builder.item(part, self._list_depth)
            else:
                self.builder.narrative(part)

    def _add_heading(self, element: etree._Element, depth: int) -> None:
        self._flush()
        text = plain_text(element)
        clause, self._item_number = self._item_number or None, None
        if len(text) > _MAX_HEADING:
            self.builder.narrative(text, clause=clause)
        elif text and not self._repeats(text):
            self._heading_depth, self._section_depth = depth, 0
            self.builder.title(text, depth, clause=clause)
        for table in element.iter("table"):
            self._add_table(table)

    def _repeats(self, text: str) -> bool:
        """Return whether the last element is the same heading: pages for two screen sizes have their title twice."""
        last = self.builder.elements[-1] if self.builder.elements else None
        return last is not None and last.category == "Title" and last.text == text

    def _add_control(self, element: etree._Element, tag: str) -> None:
        """Skip a button, unless it opens an answer: then it is the heading of the answer."""
        names = " ".join((element.get("class", ""), element.get("data-toggle", ""), element.get("data-bs-toggle", "")))
        opens_answer = element.get("aria-controls") or element.get("aria-expanded") or _ACCORDION.search(names)
        text = plain_text(element)
        if tag == "summary" or (opens_answer and len(text) > 8):
            self._flush()
            if text and len(text) <= 2 * _MAX_HEADING and not self._repeats(text):
                self.builder.title(text, self._heading_depth + 1 + self._section_depth)

    def _add_section_heading(self, element: etree._Element) -> bool:
        """Add the heading of a group of answers that a page has in a ``div``; return False if the ``div`` is none."""
        text = plain_text(element)
        if (
            not text
            or len(text) > _MAX_HEADING
            or next(element.iter("button", "p", "ul", "h2", "h3", "h4"), None) is not None
        ):
            return False
        self.builder.title(text, self._heading_depth + 1)
        self._section_depth = 1
        return True

    def _add_list(self, element: etree._Element, tag: str) -> None:
        self._flush()
        self._list_depth += 1
        number = _int(element.get("start"), 1)
        step = -1 if element.get("reversed") is not None else 1
        kind = list_kind(element)
        self._inline.append(collapse(element.text))
        for child in element:
            if child.tag == "li":
                number = _int(child.get("value"), number)
                label = format_number(number, kind)
                self._item_number = f"{label}." if label and kind != "decimal" else label
                self._children(child)
                self._flush()
                number += step
            else:
                self._item_number = None
                self._visit(child)
            self._inline.append(collapse(child.tail))
        self._flush()
        self._list_depth -= 1
        self._item_number = None  # text after the list belongs to the outer item, without a number

    def _add_definitions(self, element: etree._Element) -> None:
        """Add a definition list: a question is a heading; a short term with its meaning is one item on two lines."""
        self._flush()
        term = ""
        for child in element.iter("dt", "dd"):
            text = plain_text(child)
            if child.tag == "dt":
                if term:
                    self.builder.narrative(term)
                term = text
                continue
            if term.rstrip().endswith(("?", "？")) or re.match(r"(?:Q|問)\s*\d*[.:：、]", term):
                self.builder.title(term, self._heading_depth + 1)
                term = ""
            if term and child.find(".//p") is None and child.find(".//li") is None and child.find(".//table") is None:
                self.builder.item(f"{term}\n{text}", max(0, self._list_depth + 1))
            else:
                if term:
                    self.builder.title(term, self._heading_depth + 1)
                self._children(child)
                self._flush()
            term = ""
        if term:
            self.builder.narrative(term)

    def _add_preformatted(self, element: etree._Element) -> None:
        text = "".join(map(str, element.itertext("*")))
        if next(element.iter("code", "samp", "kbd"), None) is not None or len(text) < _SHORT_PRE:
            self.builder.code(text)
        else:
            add_text(self.builder, text)  # a plain text inside a page

    def _add_table(self, element: etree._Element) -> None:
        self._flush()
        table = table_cells(element)
        if table is None:  # it only arranges the page
            self._children(element)
            self._flush()
            return
        if table.caption:
            self.builder.narrative(table.caption)
        self.builder.table(table.rows, table.header_rows)
        for nested in table.nested:
            self._add_table(nested)


def _int(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"\s*-?\d{1,6}\s*", text) else default
