"""The parser of RTF: headings, list numbers as the word processor wrote them, tables, footnotes.

Other readers do not keep enough: striprtf loses headings and list numbers. The wheel of pandoc is 155 MB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ingest.parsers.rtf.rtf_table import RtfTable
from ingest.parsers.rtf.rtf_tokens import Event, events
from ingest.parsers.rtf.rtf_words import SKIP, STARRED_KEPT, TARGETS, TEXT
from ingest.parsers.shared.colours import UNREADABLE_POINTS, WHITE, alike
from ingest.parsers.shared.element_builder import ElementBuilder, clean_text
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.text_headings import bullet_text, heading_level, looks_like_heading

__all__ = ["parse", "parse_rtf"]

_HEADING = re.compile(r"(?:heading|標題|标题)\s*([1-9])", re.IGNORECASE)


@dataclass(slots=True)
class _Group:
    """State that a group inherits and restores at its end: where its text goes, bold, hidden."""

    target: str = "body"
    bold: bool = False
    hidden: bool = False
    size: int = 24  # half-points
    ink: int = 0  # number of a colour in the table; 0 is that of the program
    ground: int = 0


@dataclass(slots=True)
class _Paragraph:
    """Properties of paragraphs; they stay until ``\\pard``."""

    outline: int | None = None
    style: int | None = None
    in_table: bool = False


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read an RTF file. Headers, footers, hidden and deleted text are left out."""
    return parse_rtf(path.read_bytes())


def parse_rtf(data: bytes) -> ParsedDocument:
    """Read the bytes of an RTF file."""
    reader = _Reader()
    for event in events(data):
        reader.handle(event)
    reader.finish()
    notes = [f"hidden_text:{len(reader.hidden)}"] if reader.hidden else []
    return ParsedDocument(
        reader.builder.elements, title=reader.title, date=reader.date, notes=notes, hidden_text=reader.hidden
    )


class _Reader:
    """Handles events in order and adds elements to ``builder``. ``_texts`` collects the text of each target."""

    def __init__(self) -> None:
        self.builder = ElementBuilder()
        self.title: str | None = None
        self.date: date | None = None
        self._group = _Group()
        self._stack: list[_Group] = []
        self._paragraph, self._table = _Paragraph(), RtfTable()
        self._texts: dict[str, list[str]] = {name: [] for name in ("body", "label", "style", "title", "footnote")}
        self._bold: list[bool] = []
        self._styles: dict[int, str] = {}
        self._style_number = 0
        self._date_parts: dict[str, int] = {}
        self._notes: list[str] = []
        self._colours: list[list[int]] = [[]]
        self.hidden: list[str] = []

    def handle(self, event: Event) -> None:
        """Handle one event."""
        if event.kind == "open":
            self._stack.append(replace(self._group))
        elif event.kind == "close":
            self._close()
        elif event.kind == "text":
            self._text(event.text)
        else:
            self._handle_word(event.text, event.value, event.starred)

    def finish(self) -> None:
        """Finish the last paragraph and table."""
        self._end_paragraph()
        self._table.finish(self.builder)

    def _close(self) -> None:
        closed, self._group = self._group, self._stack.pop() if self._stack else _Group()
        if closed.target == "style" and self._group.target == "styles":
            self._styles[self._style_number] = "".join(self._texts["style"]).strip().rstrip(";")
            self._texts["style"] = []
        elif closed.target == "title" and self._group.target != "title":
            self.title = clean_text("".join(self._texts["title"])) or None
        elif closed.target == "stamp" and self._group.target != "stamp":
            try:
                self.date = date(self._date_parts["yr"], self._date_parts["mo"], self._date_parts["dy"])
            except (KeyError, ValueError):
                self.date = None
        elif closed.target == "footnote" and self._group.target != "footnote":
            self._notes.append("".join(self._texts["footnote"]))
            self._texts["footnote"] = []

    def _text(self, text: str) -> None:
        if self._group.target == "styles":
            self._group.target = "style"
        if self._group.target == "colours":
            self._colours += [[] for _ in range(text.count(";"))]
            return
        if self._group.target not in self._texts:
            return
        if self._is_unseen():
            self.hidden += [text] if text.strip() else []
            return
        self._texts[self._group.target].append(text)
        if self._group.target == "body" and text.strip():
            self._bold.append(self._group.bold)

    def _is_unseen(self) -> bool:
        group = self._group
        if group.hidden or group.size <= 2 * UNREADABLE_POINTS:
            return True
        ground = self._colour(group.ground) or WHITE
        return not self._paragraph.in_table and alike(self._colour(group.ink), ground)

    def _colour(self, number: int) -> tuple[int, int, int] | None:
        parts = self._colours[number] if 0 < number < len(self._colours) else []
        return (parts[0], parts[1], parts[2]) if len(parts) >= 3 else None

    def _handle_word(self, name: str, value: int | None, starred: bool) -> None:
        target = self._group.target
        if target == "skip":
            return
        if name in SKIP or (starred and name not in STARRED_KEPT and target == "body"):
            self._group.target = "skip"
        elif name in TARGETS:
            self._group.target = TARGETS[name]
        elif target == "colours":
            self._colours[-1] += [value or 0] if name in ("red", "green", "blue") else []
        elif target == "info":
            self._info(name)
        elif target == "stamp":
            self._date_parts[name] = value or 0
        elif target in ("styles", "style"):
            self._style_word(name, value)
        elif name in TEXT:
            self._text(TEXT[name])
        else:
            self._apply_format(name, value)

    def _info(self, name: str) -> None:
        if name == "title":
            self._group.target = "title"
        elif name in ("revtim", "creatim"):
            self._group.target, self._date_parts = "stamp", {}

    def _style_word(self, name: str, value: int | None) -> None:
        if name == "s":
            self._style_number = value or 0
            self._group.target = "style"
        elif self._group.target == "styles" and name in ("cs", "ts", "ds"):
            self._group.target = "skip"

    def _apply_format(self, name: str, value: int | None) -> None:
        if name == "b":
            self._group.bold = value != 0
        elif name in ("v", "deleted"):
            self._group.hidden = value != 0
        elif name in ("plain", "fs", "cf", "cb", "highlight", "chcbpat"):
            self._apply_type(name, value)
        elif name in ("par", "sect", "page"):
            self._break()
        elif name == "pard":
            self._paragraph = _Paragraph()
        elif name == "outlinelevel":
            self._paragraph.outline = value
        elif name == "s":
            self._paragraph.style = value
        elif name == "intbl":
            self._paragraph.in_table = True
        elif name == "cell":
            self._end_cell()
        else:
            self._table.handle_word(name)

    def _apply_type(self, name: str, value: int | None) -> None:
        """Apply the size of type, or the colour of it or of its ground."""
        group = self._group
        if name == "plain":
            group.bold = group.hidden = False
            group.size, group.ink, group.ground = 24, 0, 0
        elif name == "fs":
            group.size = 24 if value is None else value
        elif name == "cf":
            group.ink = value or 0
        else:
            group.ground = value or 0

    def _break(self) -> None:
        """End a paragraph; inside a cell or a footnote end only a line."""
        if self._group.target == "footnote":
            self._text("\n")
        elif self._paragraph.in_table:
            self._texts["body"].append("\n")
        else:
            self._end_paragraph()

    def _end_cell(self) -> None:
        label = "".join(self._texts["label"]).strip()
        self._table.cell(f"{label} {''.join(self._texts['body'])}".strip())
        self._texts["body"], self._texts["label"], self._bold = [], [], []

    def _end_paragraph(self) -> None:
        text, label = clean_text("".join(self._texts["body"])), clean_text("".join(self._texts["label"]))
        bold = bool(self._bold) and all(self._bold)
        self._texts["body"], self._texts["label"], self._bold = [], [], []
        if text:
            self._table.finish(self.builder)
            self._add(text, re.sub(r"(?<=\d)\.$", "", label), bold)
        notes, self._notes = self._notes, []
        for note in notes:
            self.builder.narrative(note, footnote=True)

    def _add(self, text: str, label: str, bold: bool) -> None:
        level = self._paragraph.outline
        style = _HEADING.match(self._styles.get(self._paragraph.style or 0, ""))
        if level is None and style:
            level = int(style.group(1)) - 1
        clause = label if label and any(char.isalnum() for char in label) else None
        numbered_text = f"{clause} {text}" if clause else text
        if level is None and bold and looks_like_heading(numbered_text) and not text.endswith((":", "：")):
            level = (
                heading_level(numbered_text) or 1 if not clause or heading_level(numbered_text) is not None else None
            )
        if level is not None and level < 9:
            self.builder.title(text, level, clause)
        elif label:
            self.builder.item(text, 0, clause)
        elif bullet := bullet_text(text):
            self.builder.item(bullet, 0)
        else:
            self.builder.narrative(text)
