"""Makes elements of the ``unstructured`` library without its partitioners.

The partitioners classify text with English part-of-speech rules and download a spaCy model at run time
(``unstructured.nlp``). Only the element classes are needed here, so the parsers use ``ElementBuilder``.
``docs/elements.md`` describes each field.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from unstructured.documents.elements import (
    Element,
    ElementMetadata,
    ListItem,
    NarrativeText,
    Table,
    Text,
    Title,
)

from ingest.parsers.shared.hkscs import replace_private_use
from kb.language.script import is_cjk

__all__ = ["ElementBuilder", "cell_text", "clean_text", "join_lines", "one_line"]

# invisible characters: controls, zero-width marks, tag characters (they repeat ASCII unseen), soft hyphens,
# byte-order marks, lone surrogates
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_LONE_BULLET = re.compile("[•‣▪▫●○◦◆◇■□►▶➢·∙o*\uf0b7\uf0a7\uf0d8-]")
_BLANKS = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f]+")
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def clean_text(text: str) -> str:
    """Remove invisible characters and empty lines; a run of blanks becomes one space, line breaks stay.

    Hong Kong characters that old Windows kept in the private use area become the characters of Unicode.
    """
    text = replace_private_use(text)
    text = _INVISIBLE.sub("", _BREAKS.sub("\n", text))
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def join_lines(lines: Sequence[str]) -> str:
    """Undo line wrapping: a space between Latin words, none between CJK characters; end-of-line hyphens are removed."""
    joined = ""
    for line in map(str.strip, lines):
        if not joined or not line:
            joined += line
        elif joined.endswith("-") and joined[-2:-1].isalpha() and line[0].islower():
            joined = joined[:-1] + line
        elif is_cjk(joined[-1]) and is_cjk(line[0]):
            joined += line
        else:
            joined += " " + line
    return joined


def one_line(text: str) -> str:
    """Return the clean text on one line, for headings."""
    return join_lines(clean_text(text).split("\n"))


def cell_text(text: str) -> str:
    """Return the text of a table cell: one line, no tab."""
    return one_line(text.replace("\t", " "))


class ElementBuilder:
    """Collects elements in reading order. Each new element gets the current ``page_number`` and ``page_name``."""

    def __init__(self) -> None:
        self.elements: list[Element] = []
        self.page_number: int | None = None
        self.page_name: str | None = None

    def title(self, text: str, depth: int = 0, clause: str | None = None) -> None:
        """Add a heading; ``depth`` 0 is the top level."""
        self._add(Title, one_line(text), clause=clause, category_depth=max(0, depth))

    def narrative(self, text: str, clause: str | None = None, footnote: bool = False) -> None:
        """Add a paragraph; an empty one is dropped."""
        self._add(NarrativeText, clean_text(text), clause=clause, footnote=footnote or None)

    def text(self, text: str) -> None:
        """Add text that is neither prose nor a heading (mail header, code)."""
        self._add(Text, clean_text(text))

    def code(self, text: str) -> None:
        """Add preformatted text; its line breaks and indents are kept."""
        self._add(Text, _INVISIBLE.sub("", _BREAKS.sub("\n", text)).strip("\n").rstrip())

    def item(self, text: str, depth: int = 0, clause: str | None = None) -> None:
        """Add a list item; ``depth`` is its nesting level, ``clause`` its automatic number."""
        self._add(ListItem, clean_text(text), clause=clause, category_depth=depth)

    def table(self, rows: Sequence[Sequence[str]], header_rows: int = 0) -> None:
        """Add a table. ``rows`` repeats merged cells; rows without text are dropped, one column becomes paragraphs."""
        cells = [[cell_text(cell) for cell in row] for row in rows]
        kept = [index for index, row in enumerate(cells) if any(row)]
        header_rows = sum(1 for index in kept if index < header_rows)
        cells = _same_width([cells[index] for index in kept])
        if not cells:
            return
        if len(cells[0]) == 1:  # only a frame around some lines
            for row in cells:
                self.narrative(row[0])
            return
        text = "\n".join("\t".join(row) for row in cells)
        as_html = _as_html(cells, header_rows)
        self._add(Table, text, text_as_html=as_html, table_rows=cells, table_header_rows=min(header_rows, len(cells)))

    def _add(self, kind: type[Text], text: str, **fields: object) -> None:
        if not text.strip() or _LONE_BULLET.fullmatch(text):
            return
        metadata = ElementMetadata(page_number=self.page_number, page_name=self.page_name)
        for name, value in fields.items():
            if value is not None:
                setattr(metadata, name, value)
        self.elements.append(kind(text, metadata=metadata))


def _same_width(rows: list[list[str]]) -> list[list[str]]:
    """Pad short rows and drop columns that are empty in every row."""
    columns = max((len(row) for row in rows), default=0)
    padded = [row + [""] * (columns - len(row)) for row in rows]
    used = [column for column in range(columns) if any(row[column] for row in padded)]
    return [[row[column] for column in used] for row in padded]


def _as_html(rows: list[list[str]], header_rows: int) -> str:
    def line(row: list[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>"

    head = "".join(line(row, "th") for row in rows[:header_rows])
    body = "".join(line(row, "td") for row in rows[header_rows:])
    return "<table>" + (f"<thead>{head}</thead>" if head else "") + f"<tbody>{body}</tbody></table>"
