"""The syntax of RTF: bytes → events. Text bytes are in the code page of their font."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

__all__ = ["Event", "events"]

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_PAGES = {936: "gb18030", 950: "big5hkscs", 10000: "mac_roman", 65001: "utf-8"}
_MAX_DEPTH = 2000  # groups in groups; real files stay under a hundred


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        kind: "text", "word" (a control word), "open" or "close" (of a group).
        text: the text, or the name of the control word.
        value: the number after the control word, if any.
        starred: whether ``\\*`` is before the control word: readers may ignore its group.
    """

    kind: str
    text: str = ""
    value: int | None = None
    starred: bool = False


@dataclass(slots=True)
class _State:
    """State that a group inherits and restores at its end."""

    codec: str
    skip: int = 1  # number of characters after \\u that repeat it for old readers
    in_fonts: bool = False


def events(data: bytes) -> Iterator[Event]:
    """Yield the events of a file, with decoded text.

    Raises:
        RecursionError: groups are nested deeper than any word processor writes them.
    """
    return _Lexer(data).events()


class _Lexer:
    """Cuts the bytes into tokens. Text bytes are collected in ``_pending``: a Chinese character may be two tokens."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._default = _default_codec(data)
        self._state = _State(self._default)
        self._stack: list[_State] = []
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._pending = bytearray()
        self._to_skip = 0
        self._starred = False

    def events(self) -> Iterator[Event]:
        """Yield the event of each token."""
        for token in _TOKEN.finditer(self._data):
            word, argument, hexadecimal, symbol, brace, literal = token.groups()
            if hexadecimal or literal:
                self._collect(bytes([int(hexadecimal, 16)]) if hexadecimal else literal)
                continue
            if not (word or symbol or brace):
                continue
            yield from self._flush()
            if word == b"u" and argument is not None:
                yield Event("text", chr(int(argument) % 0x10000))
                self._to_skip = self._state.skip
                continue
            self._to_skip = 0
            if symbol == b"*":
                self._starred = True
                continue
            if brace:
                yield self._brace(brace)
            elif symbol:
                yield from _symbol(symbol)
            else:
                yield self._word(word.decode("ascii"), int(argument) if argument is not None else None)
            self._starred = False
        yield from self._flush()

    def _collect(self, piece: bytes) -> None:
        dropped = min(self._to_skip, len(piece))
        self._to_skip -= dropped
        self._pending += piece[dropped:]

    def _flush(self) -> Iterator[Event]:
        if self._pending:
            data, self._pending = bytes(self._pending), bytearray()
            yield Event("text", data.decode(self._state.codec, "replace"))

    def _brace(self, brace: bytes) -> Event:
        if brace == b"}":
            self._state = self._stack.pop() if self._stack else self._state
            return Event("close")
        self._stack.append(self._state)
        if len(self._stack) > _MAX_DEPTH:
            raise RecursionError("RTF groups")
        self._state = replace(self._state)
        return Event("open")

    def _word(self, name: str, value: int | None) -> Event:
        if name == "uc":
            self._state.skip = max(0, value or 0)
        elif name == "fonttbl":
            self._state.in_fonts = True
        elif name == "f":
            self._font = value or 0
            self._state.codec = self._default if self._state.in_fonts else self._fonts.get(self._font, self._default)
        elif name == "fcharset" and self._state.in_fonts:
            self._fonts[self._font] = _CHARSETS.get(value or 0, self._default)
        return Event("word", name, value, self._starred)


def _default_codec(data: bytes) -> str:
    page = re.search(rb"\\ansicpg(\d+)", data[:4096])
    number = int(page.group(1)) if page else 1252
    codec = _PAGES.get(number, f"cp{number}")
    try:
        codecs.lookup(codec)
    except LookupError:
        return "cp1252"
    return codec


def _symbol(symbol: bytes) -> Iterator[Event]:
    shown = {b"~": "\u00a0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\t": "\t"}
    if symbol in shown:
        yield Event("text", shown[symbol])
    elif symbol in (b"\n", b"\r"):
        yield Event("word", "par")
