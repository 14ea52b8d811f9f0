"""The code points of a text layer → readable text: characters repaired, spaces where a reader sees them.

Nothing is added: a glyph becomes the character that it shows, a gap becomes a space or nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from kb.core import data_files
from kb.language.script import CJK_PROSE, is_cjk

__all__ = [
    "SECTION_MARKS",
    "clean_char",
    "garbage_share",
    "join_lines",
    "needs_space",
    "squeeze",
    "vocabulary",
]

SECTION_MARKS = "章節條部編篇"
_SPACE_IN_CJK = re.compile(f"(?<=[{CJK_PROSE}])(?<![{SECTION_MARKS}]) +(?=[{CJK_PROSE}])")
_HYPHENS = frozenset((0x02, 0xAD, 0xFFFE))  # pdfium returns the hyphen at a line end as one of these
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:-[A-Za-z\u00c0-\u024f]+)*")
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
_NO_SPACE_BEFORE = frozenset(")]}，。、；：？！）」』】》〉〕%％")
_NO_SPACE_AFTER = frozenset("([{（「『【《〈〔")
# Big5 code areas of the Hong Kong characters that older fonts place in the Unicode private use area,
# in blocks of 157 (HKSCS-2001, annex on ISO 10646 private use): first private code point, first lead byte, first trail.
_HKSCS_AREAS = (
    (0xE000, 0xE310, 0xFA, 0),
    (0xE311, 0xEEB7, 0x8E, 0),
    (0xEEB8, 0xF6B0, 0x81, 0),
    (0xF6B1, 0xF848, 0xC6, 63),
)


@cache
def _symbols() -> dict[str, str]:
    tables = _load_symbols()
    return {**tables["bullets"], **tables["radicals"]}


@cache
def _compound_heads() -> frozenset[str]:
    return frozenset(_load_symbols()["compound_heads"].split())


def _load_symbols() -> Any:
    return data_files.json_data("ingest.parsers.pdf.layout", "symbols.json")


@cache
def clean_char(code: int) -> str:
    """Return the text for a code point of the text layer; "" for controls and zero-width characters."""
    if code in _HYPHENS:
        return "-"
    if code < 32 or 0x7F <= code < 0xA0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return " " if code in (9, 10, 13) else ""
    char = chr(code)
    if char in "\u200b\u200c\u200d\u2060\ufeff\uffff":
        return ""
    if _SPACES.fullmatch(char):
        return " "
    if 0x2F00 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF or 0xFB00 <= code <= 0xFB06 or 0x2F800 <= code <= 0x2FA1F:
        return unicodedata.normalize("NFKC", char)
    return _symbols().get(char) or _decode_hkscs(code) or char


def _decode_hkscs(code: int) -> str:
    """Return the character of a private-use code point of older HKSCS fonts; "" for all other code points."""
    if 0xF000 <= code <= 0xF0FF:
        return ""
    for first, last, lead, start in _HKSCS_AREAS:
        if first <= code <= last:
            row, cell = divmod(code - first + start, 157)
            trail = cell + 0x40 if cell < 63 else cell - 63 + 0xA1
            try:
                return bytes((lead + row, trail)).decode("big5hkscs")
            except UnicodeDecodeError:
                return ""
    return ""


def needs_space(left: str, right: str, gap_em: float, typed: bool) -> bool:
    """Return whether there is a space between two neighbouring characters of a line.

    Args:
        gap_em: white space between them, in units of the type size.
        typed: whether the text layer has a space there. Between Chinese characters it means nothing: it only
            justifies the line.
    """
    left_cjk, right_cjk = is_cjk(left), is_cjk(right)
    if left_cjk and right_cjk:
        return typed and left in SECTION_MARKS and gap_em > 0.2  # 「第三章 假期」
    if left_cjk or right_cjk:
        if right in _NO_SPACE_BEFORE or left in _NO_SPACE_AFTER:
            return False
        is_word = (left if right_cjk else right).isalnum()
        least = (0.12, 0.3) if is_word else (0.3, 0.6)
        return gap_em > least[0 if typed else 1]
    return typed or gap_em > 0.2


def vocabulary(lines: Iterable[str]) -> frozenset[str]:
    """Return the words of a document in lower case. Words split at line ends are not among them."""
    return frozenset(word.lower() for line in lines for word in _WORD.findall(line))


def join_lines(upper: str, lower: str, words: frozenset[str] = frozenset()) -> str:
    """Join two wrapped lines: nothing between Chinese characters, a hyphenated word as one word, else one space."""
    if not upper or not lower:
        return upper + lower
    if is_cjk(upper[-1]) and is_cjk(lower[0]):
        return upper + lower
    if is_cjk(upper[-1]) or is_cjk(lower[0]):
        return upper + lower if not (upper[-1].isalnum() and lower[0].isalnum()) else f"{upper} {lower}"
    if upper[-1] in "-\u2010" and len(upper) > 1 and upper[-2].isalpha() and lower[0].islower():
        return _join_hyphenated(upper, lower, words)
    if upper[-1] in "/\u2010-" and len(upper) > 1 and not upper[-2].isspace():
        return upper + lower
    return f"{upper} {lower}"


def _join_hyphenated(upper: str, lower: str, words: frozenset[str]) -> str:
    """Join a word that is hyphenated at a line end; keep the hyphen of a compound ("non-governmental").

    First it is looked up how the document writes the word inside a line (``words``).
    """
    head = re.split(r"[\s(/]", upper[:-1])[-1].lower()
    tail = re.match(r"[^\W\d_]+", lower)
    whole = head + (tail.group().lower() if tail else "")
    if whole in words:
        return upper[:-1] + lower
    if f"{head}-{whole[len(head) :]}" in words or "-" in head or head in _compound_heads() or len(head) < 2:
        return upper + lower
    return upper[:-1] + lower


def squeeze(text: str) -> str:
    """Collapse runs of white space, and remove spaces between Chinese characters."""
    return _SPACE_IN_CJK.sub("", _SPACES.sub(" ", text)).strip()


def garbage_share(text: str) -> float:
    """Return the share of unreadable characters: replacement characters, private use, controls."""
    marks = {char: count for char, count in Counter(text).items() if not char.isspace()}
    if not marks:
        return 0.0
    bad = sum(n for char, n in marks.items() if char == "\ufffd" or unicodedata.category(char) in ("Co", "Cn", "Cc"))
    return bad / sum(marks.values())
