"""JSON lines: one JSON value a line, in UTF-8."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

__all__ = ["lines"]


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, text) of every line that is not blank; a byte order mark at the start is dropped.

    A line ends at a line feed only. JSON allows U+2028, U+2029 and U+0085 in strings, where ``str.splitlines`` would
    cut the line in two.

    Raises:
        UnicodeDecodeError: the file is not UTF-8.
    """
    for number, line in enumerate(path.read_bytes().decode("utf-8-sig").split("\n"), 1):
        if line.strip():
            yield number, line
