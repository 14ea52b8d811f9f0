"""The numbers printed on the pages: after four pages of preface, the fifth page of the file is page 1.

The file may state them (page labels, ISO 32000-1, 12.4.2); otherwise they are read from heads and feet, where they
count with the pages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ingest.parsers.pdf.layout.fragments import Fragment
from ingest.parsers.pdf.layout.running_heads import ZONE
from kb.language.quantities.numerals import roman_to_int

__all__ = ["printed_numbers"]

_NUMBER = re.compile(
    r"[\s\-–—]*(?:page|p\.|第|頁)?\s*(?P<number>\d{1,4}|[ivxlc]{1,7})\s*(?:頁|页)?\s*"
    r"(?:(?:of|/|／|，?\s*共)\s*\d{1,4}\s*(?:頁|页)?)?[\s\-–—]*",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"(?=[ivxlc])(?:c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)
# So many pages must count alike.
_FEWEST = 2

Page = tuple[Sequence[Fragment], float]  # fragments, page height


def printed_numbers(stated: Sequence[str], pages: Sequence[Page]) -> list[str]:
    """Return the number on each page, "" where it has none; empty where they are those of the file.

    Args:
        stated: the label that the file states for each page, "" without.
    """
    labels = list(stated) if any(stated) else _read(pages)
    plain = [str(number) for number in range(1, len(labels) + 1)]
    differs = any(label and label != number for label, number in zip(labels, plain, strict=True))
    return labels if differs else []


def _read(pages: Sequence[Page]) -> list[str]:
    candidates = [list(_candidates(fragments, height)) for fragments, height in pages]
    counts = Counter(
        (roman, value - index) for index, found in enumerate(candidates) for roman, value, _ in dict.fromkeys(found)
    )
    return [
        next((text for roman, value, text in found if counts[roman, value - index] >= _FEWEST), "")
        for index, found in enumerate(candidates)
    ]


def _candidates(fragments: Iterable[Fragment], height: float) -> Iterable[tuple[bool, int, str]]:
    """Yield (whether Roman, value, text) of each number alone at the top or bottom of a page, the lowest first."""
    for one in sorted(fragments, key=lambda fragment: -fragment.bottom):
        if not (one.bottom < ZONE * height or one.top > (1 - ZONE) * height):
            continue
        match = _NUMBER.fullmatch(one.text)
        if match is None:
            continue
        number = match["number"]
        if number.isdigit():
            yield False, int(number), str(int(number))
        elif _ROMAN.fullmatch(number):
            yield True, roman_to_int(number), number
