"""The parser of Word 97–2003 files (DOC): headings by style, automatic numbers, tables.

The libraries legacy-doc and sharepoint-to-text were tried: both join the cells of a table, keep field codes
(HYPERLINK …) in the text and do not find headings. The binary format holds all of this.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

import olefile

from ingest.parsers.shared.element_builder import ElementBuilder, clean_text
from ingest.parsers.shared.header_rows import header_rows_of
from ingest.parsers.shared.ole_properties import ole_properties
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.text_headings import bullet_text, heading_level, looks_like_heading
from ingest.parsers.word.doc_format import DocFile
from ingest.parsers.word.doc_properties import Properties
from kb.core.errors import FileRejected

__all__ = ["parse"]

_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*(?:\x14([^\x13\x14\x15]*))?\x15")
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_WORD_97 = 0x00C1


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read a DOC of Word 97 or later.

    Raises:
        FileRejected: ``file_encrypted``; ``file_unsupported`` for Word 6 and 95.
    """
    with olefile.OleFileIO(str(path)) as ole:
        document = ole.openstream("WordDocument").read()
        version, flags = struct.unpack_from("<H", document, 2)[0], struct.unpack_from("<H", document, 10)[0]
        if flags & _ENCRYPTED:
            raise FileRejected("file_encrypted", name=context.filename)
        if version < _WORD_97:
            raise FileRejected("file_unsupported", name=context.filename, found="Word 6/95")
        table = ole.openstream("1Table" if flags & _TABLE_1 else "0Table").read()
        title, stated = ole_properties(ole)
    file = DocFile(document, table)
    reader = _Reader(file)
    body, notes = file.counts[0], file.counts[1]
    reader.read(0, body)
    for note in re.split("[\r\x02]+", file.text(body, body + notes)):
        reader.builder.narrative(_clean(note), footnote=True)
    return ParsedDocument(reader.builder.elements, title=title, date=stated)


class _Reader:
    """Splits the text at its marks (end of paragraph, cell, row) and adds elements to ``builder`` in reading order."""

    def __init__(self, file: DocFile) -> None:
        self.builder = ElementBuilder()
        self._file = file
        self._rows: list[list[str]] = []
        self._cells: list[str] = []
        self._cell: list[str] = []

    def read(self, first: int, last: int) -> None:
        """Read the characters from ``first`` up to ``last`` (excluded)."""
        text = self._file.text(first, last)
        start = 0
        for match in re.finditer("[\r\x07\x0c]", text):
            properties = self._file.properties(first + match.start())
            self._add_text(text[start : match.start()], match.group(), properties)
            start = match.end()
        self._add_text(text[start:], "\r", Properties())
        self._end_table()

    def _add_text(self, raw: str, mark: str, properties: Properties) -> None:
        text = _clean(raw)
        if mark == "\x07" and properties.row_end:
            self._rows.append(self._cells)
            self._cells, self._cell = [], []
        elif mark == "\x07":
            self._cells.append("\n".join([*self._cell, text]))
            self._cell = []
        elif properties.in_table:
            self._cell.append(text)
        elif text:
            self._end_table()
            self._paragraph(text, properties)

    def _paragraph(self, text: str, properties: Properties) -> None:
        if properties.contents:
            return
        label = self._file.numbering.label(properties.num_id, properties.level)
        clause = label.text or None if label else None
        if properties.heading is not None and len(text) <= 200:
            self.builder.title(text, properties.heading, clause)
        elif label and not re.fullmatch(r"\d+(?:\.\d+)+|第.+", clause or ""):
            self.builder.item(text, label.level, clause)
        elif label:
            self.builder.narrative(text, clause)
        elif bullet := bullet_text(text):
            self.builder.item(bullet, 0)
        elif text.startswith("第") and heading_level(text) is not None and looks_like_heading(text):
            self.builder.title(text, heading_level(text) or 0)
        else:
            self.builder.narrative(text)

    def _end_table(self) -> None:
        if self._cells:
            self._rows.append(self._cells)
        rows, self._rows, self._cells = self._rows, [], []
        self.builder.table(rows, header_rows_of(rows))


def _clean(raw: str) -> str:
    """Return the text without field codes, pictures and marks; the results of fields stay."""
    before = ""
    while before != raw:  # fields are nested: remove the inner ones first
        before, raw = raw, _FIELD_CODE.sub(lambda match: match.group(1) or "", raw)
    raw = re.sub("\x13[^\x14]*\x14?", "", raw).replace("\x0b", "\n").replace("\x1e", "-").replace("\x1f", "")
    return clean_text(raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
