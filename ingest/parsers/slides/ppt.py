"""The parser of PowerPoint 97–2003 (PPT): slides in order, titles, text boxes, notes. Source: [MS-PPT]."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import olefile

from ingest.parsers.shared.element_builder import ElementBuilder, clean_text
from ingest.parsers.shared.ole_properties import ole_properties
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from kb.core.errors import FileRejected

__all__ = ["parse"]

_DOCUMENT, _SLIDE, _NOTES, _SLIDE_ATOM = 1000, 1006, 1008, 1007
_LIST, _PERSIST, _OUTLINE_REF, _TEXT_HEADER, _CHARS, _BYTES = 4080, 1011, 3998, 3999, 4000, 4008
_EDIT, _DIRECTORY, _SHOW_INFO, _CLIENT_TEXTBOX = 4085, 6002, 1017, 0xF00D
_TITLES, _BODIES, _NOTE = {0, 6}, {1, 5, 7, 8}, 2
_ENCRYPTED_TOKEN = 0xF3D1C4DF
_HIDDEN = 0x04


@dataclass(slots=True)
class _Record:
    kind: int
    instance: int
    data: bytes
    container: bool


@dataclass(slots=True)
class _Entry:
    """A slide in a slide list: the persist id of its container, its slide id, and its texts in the outline."""

    persist: int
    slide_id: int
    texts: list[tuple[int, str]] = field(default_factory=list)


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read a PPT. ``page_number`` is the number of the slide, hidden slides counted.

    Raises:
        FileRejected: ``file_encrypted``, ``file_broken``.
    """
    with olefile.OleFileIO(str(path)) as ole:
        stream = ole.openstream("PowerPoint Document").read()
        user = ole.openstream("Current User").read()
        title, stated = ole_properties(ole)
    if len(user) >= 20 and struct.unpack_from("<I", user, 12)[0] == _ENCRYPTED_TOKEN:
        raise FileRejected("file_encrypted", name=context.filename)
    offsets = _record_offsets(stream, struct.unpack_from("<I", user, 16)[0])
    document = next((r for r in (_record(stream, offset) for offset in offsets.values()) if r.kind == _DOCUMENT), None)
    if document is None:
        raise FileRejected("file_broken", name=context.filename)
    lists = {r.instance: list(_entries(r.data)) for r in _records(document.data) if r.kind == _LIST}
    slides, notes_by_slide = lists.get(0, []), {entry.slide_id: entry for entry in lists.get(2, [])}
    builder, notes = ElementBuilder(), []
    for number, slide in enumerate(slides, start=1):
        record = _record(stream, offsets[slide.persist])
        builder.page_number = number
        if any(r.kind == _SHOW_INFO and len(r.data) > 10 and r.data[10] & _HIDDEN for r in _records(record.data)):
            notes.append(f"hidden_slide:{number}")
            continue
        _add_slide(builder, record, slide.texts)
        atom = next((r.data for r in _records(record.data) if r.kind == _SLIDE_ATOM), b"")
        entry = notes_by_slide.get(struct.unpack_from("<I", atom, 16)[0]) if len(atom) >= 20 else None
        if entry is not None and entry.persist in offsets:
            for kind, text in _texts(_record(stream, offsets[entry.persist]), entry.texts):
                if kind == _NOTE:
                    builder.narrative(text)
        context.progress(number, len(slides))
    return ParsedDocument(builder.elements, page_count=len(slides), title=title, date=stated, notes=notes)


def _add_slide(builder: ElementBuilder, slide: _Record, outline: list[tuple[int, str]]) -> None:
    texts = list(_texts(slide, outline))
    for kind, text in texts:
        if kind in _TITLES:
            builder.title(text, 0)
    for kind, text in texts:
        for paragraph in text.split("\r"):
            if kind in _BODIES:
                builder.item(paragraph)
            elif kind not in _TITLES and clean_text(paragraph) != "*":  # "*" is the placeholder of the slide number
                builder.narrative(paragraph)


def _texts(slide: _Record, outline: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield (text type, text) of every shape in drawing order; a shape may refer to a text of the outline."""
    for box in _find(slide.data, _CLIENT_TEXTBOX):
        kind = 4
        for record in _records(box.data):
            if record.kind == _OUTLINE_REF and len(record.data) >= 4:
                index = struct.unpack_from("<I", record.data, 0)[0]
                if index < len(outline):
                    yield outline[index]
            elif record.kind == _TEXT_HEADER and len(record.data) >= 4:
                kind = struct.unpack_from("<I", record.data, 0)[0]
            elif record.kind in (_CHARS, _BYTES):
                yield kind, _decode(record)


def _entries(data: bytes) -> Iterator[_Entry]:
    entry: _Entry | None = None
    for record in _records(data):
        if record.kind == _PERSIST:
            if entry is not None:
                yield entry
            entry = _Entry(struct.unpack_from("<I", record.data, 0)[0], struct.unpack_from("<I", record.data, 12)[0])
        elif entry is not None and record.kind == _TEXT_HEADER:
            entry.texts.append((struct.unpack_from("<I", record.data, 0)[0], ""))
        elif entry is not None and record.kind in (_CHARS, _BYTES) and entry.texts:
            entry.texts[-1] = (entry.texts[-1][0], _decode(record))
    if entry is not None:
        yield entry


def _decode(record: _Record) -> str:
    text = record.data.decode("utf-16-le", "replace") if record.kind == _CHARS else record.data.decode("latin-1")
    return text.replace("\x0b", "\n")


def _record_offsets(stream: bytes, offset: int) -> dict[int, int]:
    """Return persist id → offset. Edits are read from the newest to the oldest; the newest offset counts."""
    offsets: dict[int, int] = {}
    seen: set[int] = set()
    while offset and offset not in seen:
        seen.add(offset)
        edit = _record(stream, offset)
        if edit.kind != _EDIT:
            break
        previous, directory = struct.unpack_from("<II", edit.data, 8)
        data, at = _record(stream, directory).data, 0
        while at + 4 <= len(data):
            header = struct.unpack_from("<I", data, at)[0]
            first, count = header & 0xFFFFF, header >> 20
            for index in range(count):
                offsets.setdefault(first + index, struct.unpack_from("<I", data, at + 4 + 4 * index)[0])
            at += 4 + 4 * count
        offset = previous
    return offsets


def _record(stream: bytes, offset: int) -> _Record:
    header, kind, size = struct.unpack_from("<HHI", stream, offset)
    return _Record(kind, header >> 4, stream[offset + 8 : offset + 8 + size], header & 0xF == 0xF)


def _records(data: bytes) -> Iterator[_Record]:
    at = 0
    while at + 8 <= len(data):
        record = _record(data, at)
        yield record
        at += 8 + struct.unpack_from("<I", data, at + 4)[0]


def _find(data: bytes, kind: int) -> Iterator[_Record]:
    for record in _records(data):
        if record.kind == kind:
            yield record
        elif record.container:
            yield from _find(record.data, kind)
