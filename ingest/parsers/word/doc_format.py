"""The binary format of Word 97–2003: text pieces, paragraph properties, styles, lists. Source: [MS-DOC]."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.parsers.word.doc_properties import Properties, apply_modifiers, resolve_style, style_properties
from ingest.parsers.word.docx_numbering import Level, WordNumbering

__all__ = ["DocFile"]

# MSONFC ([MS-OSHARED] 2.2.1.3) → ST_NumberFormat
_KINDS = {
    0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 5: "ordinal",
    0x0A: "ideographDigital", 0x0B: "japaneseCounting", 0x0E: "decimalFullWidth", 0x10: "japaneseLegal",
    0x12: "decimalEnclosedCircle", 0x13: "decimalFullWidth", 0x16: "decimalZero", 0x17: "bullet",
    0x1A: "decimalEnclosedFullstop", 0x1B: "decimalEnclosedParen", 0x1C: "decimalEnclosedCircleChinese",
    0x1E: "ideographTraditional", 0x1F: "ideographZodiac", 0x21: "taiwaneseCounting", 0x22: "ideographLegalTraditional",
    0x23: "taiwaneseCountingThousand", 0x24: "taiwaneseDigital", 0x25: "chineseCounting",
    0x26: "chineseLegalSimplified", 0x27: "chineseCountingThousand", 0xFF: "none",
}  # fmt: skip


@dataclass(slots=True)
class _Piece:
    """Consecutive characters that are stored together."""

    first: int  # character position
    last: int
    offset: int  # of its bytes in the document stream
    wide: bool  # UTF-16 instead of code page 1252


@dataclass(slots=True)
class _Runs:
    """Pages (512 bytes) of paragraph properties, each with the offset of the text where it starts."""

    starts: list[int] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)


class DocFile:
    """One document, read from its WordDocument stream and its table stream.

    Raises:
        struct.error, IndexError, ValueError: the streams are damaged.
    """

    def __init__(self, document: bytes, table: bytes) -> None:
        self._document, self._table = document, table
        self.counts = struct.unpack_from("<3i", document, 0x4C)  # characters of body, footnotes, headers
        self._pieces = list(self._read_pieces())
        try:
            self._styles = self._read_styles()
            self._pages = self._read_pages()
            self.numbering = self._read_lists()
        except (struct.error, IndexError, ValueError):  # without properties the text can still be read
            self._styles, self._pages, self.numbering = {}, _Runs(), WordNumbering(None)

    def text(self, first: int, last: int) -> str:
        """Return the characters from ``first`` up to ``last``, with marks (\\r ends a paragraph, \\x07 a cell)."""
        parts = []
        for piece in self._pieces:
            start, end = max(first, piece.first), min(last, piece.last)
            if start < end:
                size = 2 if piece.wide else 1
                begin = piece.offset + (start - piece.first) * size
                data = self._document[begin : begin + (end - start) * size]
                # a lone surrogate is kept, so that character positions stay correct
                parts.append(
                    data.decode("utf-16-le", "surrogatepass") if piece.wide else data.decode("cp1252", "replace")
                )
        return "".join(parts)

    def properties(self, position: int) -> Properties:
        """Return the properties of the paragraph with its end mark at ``position``."""
        piece = next((p for p in self._pieces if p.first <= position < p.last), None)
        if piece is None or not self._pages.pages:
            return Properties()
        offset = piece.offset + (position - piece.first) * (2 if piece.wide else 1)
        index = max(0, sum(1 for start in self._pages.starts if start <= offset) - 1)
        page = self._pages.pages[min(index, len(self._pages.pages) - 1)] * 512
        return self._read_properties(self._document[page : page + 512], offset)

    def _read_properties(self, page: bytes, offset: int) -> Properties:
        if len(page) < 512:
            return Properties()
        runs = page[511]
        bounds = struct.unpack_from(f"<{runs + 1}I", page, 0)
        run = next((index for index in range(runs) if bounds[index] <= offset < bounds[index + 1]), None)
        if run is None:
            return Properties()
        start = page[(runs + 1) * 4 + run * 13] * 2
        if not start:
            return Properties()
        size, start = (page[start] * 2 - 1, start + 1) if page[start] else (page[start + 1] * 2, start + 2)
        style = struct.unpack_from("<H", page, start)[0]
        found = Properties(
            **{name: getattr(self._styles.get(style, Properties()), name) for name in Properties.__slots__}
        )
        apply_modifiers(found, page[start + 2 : start + size])
        return found

    def _read_pieces(self) -> Iterator[_Piece]:
        start, size = struct.unpack_from("<II", self._document, 0x1A2)
        piece_data, at = self._table[start : start + size], 0
        while at < len(piece_data) and piece_data[at] == 1:
            at += 3 + struct.unpack_from("<H", piece_data, at + 1)[0]
        if at >= len(piece_data) or piece_data[at] != 2:
            raise ValueError("no piece table")
        piece_table = piece_data[at + 5 : at + 5 + struct.unpack_from("<I", piece_data, at + 1)[0]]
        count = (len(piece_table) - 4) // 12
        positions = struct.unpack_from(f"<{count + 1}i", piece_table, 0)
        for index in range(count):
            place = struct.unpack_from("<I", piece_table, (count + 1) * 4 + index * 8 + 2)[0]
            wide = not place & 0x40000000
            offset = place & 0x3FFFFFFF
            yield _Piece(positions[index], positions[index + 1], offset if wide else offset // 2, wide)

    def _read_pages(self) -> _Runs:
        start, size = struct.unpack_from("<II", self._document, 0x102)
        count = (size - 4) // 8
        starts = list(struct.unpack_from(f"<{count}I", self._table, start))
        return _Runs(starts, list(struct.unpack_from(f"<{count}I", self._table, start + (count + 1) * 4)))

    def _read_styles(self) -> dict[int, Properties]:
        start, size = struct.unpack_from("<II", self._document, 0xA2)
        sheet = self._table[start : start + size]
        at = 2 + struct.unpack_from("<H", sheet, 0)[0]
        count, base_size = struct.unpack_from("<HH", sheet, 2)
        bases: dict[int, int] = {}
        raw: dict[int, tuple[int, bytes]] = {}
        for number in range(count):
            length = struct.unpack_from("<H", sheet, at)[0]
            entry = sheet[at + 2 : at + 2 + length]
            at += 2 + length
            if length < base_size or length < 6:
                continue
            first, second = struct.unpack_from("<HH", entry, 0)
            if second & 0xF == 1:  # a paragraph style
                bases[number] = second >> 4
                raw[number] = (first & 0xFFF, style_properties(entry, base_size))
        return {number: resolve_style(number, bases, raw, 0) for number in raw}

    def _read_lists(self) -> WordNumbering:
        numbering = WordNumbering(None)
        start, size = struct.unpack_from("<II", self._document, 0x2E2)
        overrides, overrides_size = struct.unpack_from("<II", self._document, 0x2EA)
        if not size or not overrides_size:
            return numbering
        count = struct.unpack_from("<H", self._table, start)[0]
        heads = [self._table[start + 2 + index * 28 : start + 30 + index * 28] for index in range(count)]
        at = start + size
        lists: dict[int, dict[int, Level]] = {}
        for head in heads:
            levels = {}
            for index in range(1 if head[26] & 1 else 9):
                levels[index], at = self._read_level(at)
            lists[struct.unpack_from("<i", head, 0)[0]] = levels
        for index in range(struct.unpack_from("<I", self._table, overrides)[0]):
            key = struct.unpack_from("<i", self._table, overrides + 4 + index * 16)[0]
            if key in lists:
                numbering.define(str(index + 1), str(key), lists[key])
        return numbering

    def _read_level(self, at: int) -> tuple[Level, int]:
        first, kind, flags = struct.unpack_from("<iBB", self._table, at)
        character_size, paragraph_size = self._table[at + 24], self._table[at + 25]
        end = at + 28 + character_size + paragraph_size
        length = struct.unpack_from("<H", self._table, end)[0]
        text = self._table[end + 2 : end + 2 + 2 * length].decode("utf-16-le", "replace")
        pattern = "".join(f"%{ord(char) + 1}" if ord(char) < 9 else char for char in text)
        level = Level(start=first, kind=_KINDS.get(kind, "decimal"), text=pattern, decimals_only=bool(flags & 4))
        return level, end + 2 + 2 * length
