"""Paragraph properties in the binary format of Word, from styles and from paragraphs. Source: [MS-DOC] 2.6."""

from __future__ import annotations

import struct
from dataclasses import dataclass

__all__ = ["Properties", "apply_modifiers", "resolve_style", "style_properties"]

_SPRM_SIZES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}  # operand bytes by the top three bits of the code
_IN_TABLE, _ROW_END, _OUTLINE, _LIST_LEVEL, _LIST = 0x2416, 0x2417, 0x2640, 0x260A, 0x460B
_TITLE_STYLE, _CONTENTS_STYLES = 62, range(19, 28)


@dataclass(slots=True)
class Properties:
    """Properties of a paragraph.

    Attributes:
        heading: level from 0, None for body text.
        num_id: id of its list; "0" means no list.
        level: its level in the list, from 0.
        contents: whether it is a line of a table of contents.
    """

    in_table: bool = False
    row_end: bool = False
    heading: int | None = None
    num_id: str = "0"
    level: int = 0
    contents: bool = False


def style_properties(entry: bytes, base_size: int) -> bytes:
    """Return the paragraph properties (``grpprl``) of a style definition."""
    at = base_size + 2 + 2 * struct.unpack_from("<H", entry, base_size)[0] + 2
    at += at % 2
    if at + 2 > len(entry):
        return b""
    size = struct.unpack_from("<H", entry, at)[0]
    return entry[at + 4 : at + 2 + size]


def resolve_style(number: int, bases: dict[int, int], raw: dict[int, tuple[int, bytes]], depth: int) -> Properties:
    """Return the properties of a style, inherited ones included.

    Args:
        number: number of the style.
        bases: style → the style it is based on.
        raw: style → (number of the built-in style, property modifiers).
        depth: how many derived styles were followed so far; a limit against cycles.
    """
    base = bases.get(number, 0xFFF)
    found = (
        resolve_style(base, bases, raw, depth + 1) if base in raw and base != number and depth < 12 else Properties()
    )
    built_in, properties = raw[number]
    if 1 <= built_in <= 9:
        found.heading = built_in - 1
    elif built_in == _TITLE_STYLE:
        found.heading = 0
    found.contents = found.contents or built_in in _CONTENTS_STYLES
    apply_modifiers(found, properties)
    return found


def apply_modifiers(found: Properties, sprms: bytes) -> None:
    """Change ``found`` by a list of single property modifiers (``sprm``)."""
    at = 0
    while at + 2 < len(sprms):
        code = struct.unpack_from("<H", sprms, at)[0]
        size = _SPRM_SIZES.get(code >> 13)
        at += 2
        if size is None:  # variable size: the length comes first (two bytes for a table definition)
            size = (
                1 + struct.unpack_from("<H", sprms, at)[0] if code == 0xD608 and at + 2 <= len(sprms) else 1 + sprms[at]
            )
        value = int.from_bytes(sprms[at : at + min(size, 2)], "little", signed=code == _LIST)
        if code == _IN_TABLE:
            found.in_table = bool(value)
        elif code == _ROW_END:
            found.row_end = bool(value)
        elif code == _OUTLINE:
            found.heading = value if value < 9 else None
        elif code == _LIST_LEVEL:
            found.level = value
        elif code == _LIST:
            found.num_id = str(value)
        at += size
