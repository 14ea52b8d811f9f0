"""Scripts: which characters are Chinese, one folded form for the index, and conversion for display.

"Is this Chinese?" has two answers. A *Han* character is a letter of Chinese; a *CJK* character is anything that is
written without a space on either side, punctuation and full-width forms included. Each is a predicate and a string
for a character class in a regular expression: ``rf"[{HAN}]+"``.

Folding is per character, never per phrase: then the folded form of a part of a text is a part of the
folded text, whatever is before or after it, and a query can match any passage that holds the same characters.
The price is that a few words meet (後/后, 髮/發, 乾/幹); a search index wants that, a reader does not, so
display conversion uses OpenCC's phrase dictionaries instead.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from unicodedata import east_asian_width

import opencc

from kb.core import data_files

__all__ = [
    "CJK",
    "CJK_PROSE",
    "FULL_WIDTH",
    "HAN",
    "HAN_BASIC",
    "display_width",
    "fold",
    "half_width",
    "is_cjk",
    "is_han",
    "raised_digits",
    "simplified_only",
    "to_simplified",
    "to_traditional",
    "traditional_only",
]

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_FOOTNOTE_MARK = re.compile("(?<![A-Za-z])[⁰¹²³⁴-⁹]+")

# Han characters of the Basic Multilingual Plane (unified ideographs, extension A): nearly all that is ever written.
# Without 〇, for where it must count as a figure: 二〇二五.
HAN_BASIC = "\u3400-\u4dbf\u4e00-\u9fff"
# All Han characters: with the extensions B to H, the compatibility forms and 〇.
HAN = HAN_BASIC + "\u3007\uf900-\ufaff\U00020000-\U000323af"
# Latin letters, figures and marks as wide as a Han character (，：（Ａ１), and the narrow forms of kana.
FULL_WIDTH = "\uff00-\uffef"
# What running Chinese or Japanese text consists of: Han, kana, CJK punctuation and full-width forms. Without the
# enclosed numbers (㈠) and square units (㎡) of CJK: a space beside one of those is meant.
CJK_PROSE = HAN + "\u3000-\u30ff" + FULL_WIDTH
# All that is written without spaces: also radicals, bopomofo, enclosed numbers, square units, vertical forms.
CJK = "\u2e80-\u2fdf\u3000-\u9fff\uf900-\ufaff\ufe30-\ufe4f\U00020000-\U0003ffff" + FULL_WIDTH

_HAN_CHAR = re.compile(f"[{HAN}]")
_CJK_CHAR = re.compile(f"[{CJK}]")


# One character for one, so that places in the text stay what they are.
_HALF_WIDTH = str.maketrans(
    {chr(0xFF10 + i): chr(0x30 + i) for i in range(10)}
    | {chr(0xFF21 + i): chr(0x41 + i) for i in range(26)}
    | {chr(0xFF41 + i): chr(0x61 + i) for i in range(26)}
    | dict(zip("（）〔〕．﹒：\u3000\xa0\t", "()()..:   ", strict=True))
)


@cache
def is_han(char: str) -> bool:
    """Return True for a Han character (extensions A to H, compatibility forms and 〇 included), not for punctuation."""
    return _HAN_CHAR.match(char) is not None


@cache
def is_cjk(char: str) -> bool:
    """Return True for a character that is written without spaces: Han, kana, CJK punctuation, full-width forms, ㎡."""
    return _CJK_CHAR.match(char) is not None


def display_width(text: str) -> int:
    """Return the columns that ``text`` takes in a fixed-width font: a wide or full-width character takes two.

    Which characters are wide is the property East_Asian_Width (values W and F) of Unicode Standard Annex 11.
    """
    return len(text) if text.isascii() else sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


@cache
def _converter(config: str) -> opencc.OpenCC:
    """OpenCC loads a configuration in 5 to 80 ms, so only when one is first needed."""
    return opencc.OpenCC(config)


def _variants() -> list[tuple[str, str]]:
    """Pairs (variant, form kept) of ``variants.tsv``: what OpenCC does not bring together."""
    rows = data_files.rows("kb.language", "variants.tsv")
    return [(variant, kept) for kept, others in rows for variant in others.split()]


@cache
def _to_simplified_table() -> dict[str, str]:
    """Each unified character → its Simplified form on its own (the newlines keep phrases from forming)."""
    chars = re.findall(f"[{HAN_BASIC}]", "".join(map(chr, range(0x3400, 0xA000))))
    return dict(zip(chars, _converter("t2s").convert("\n".join(chars)).split("\n"), strict=True))


@cache
def _fold_table() -> dict[int, str]:
    """Character table Traditional, Hong Kong variant or rare form → folded form."""
    table = {char: folded for char, folded in _to_simplified_table().items() if char != folded}
    for variant, kept in _variants():
        table[variant] = table.get(kept, kept)
    return {ord(char): folded for char, folded in table.items() if char != folded}


def fold(text: str) -> str:
    """Return ``text`` as the index compares it: NFKC, case-folded, Simplified, Hong Kong variants as one.

    Idempotent. The length may change (NFKC: ㈱, ﬁ, ½); with text already in NFKC and Latin or Han it does not.

    Raised digits behind a letter are its exponent (m²). Elsewhere they are the mark of a footnote and count as a space:
    "14¹ weeks" is not 141 weeks.
    """
    if not text.isascii():
        text = _FOOTNOTE_MARK.sub(lambda match: " " * len(match.group()), text)
    return unicodedata.normalize("NFKC", text).casefold().translate(_fold_table())


def raised_digits(text: str) -> str:
    """Return ``text`` with ASCII digits in Unicode's raised form."""
    return text.translate(_RAISED)


def half_width(text: str) -> str:
    """Return ``text`` with full-width digits, letters and brackets as ASCII, and each white space as a space.

    Unlike :func:`fold` it changes one character for one.
    """
    return text.translate(_HALF_WIDTH)


def _in(codec: str, char: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


@cache
def simplified_only() -> frozenset[str]:
    """Return characters that a Traditional text does not hold: results of conversion that Big5 has no place for."""
    results = {other for char, other in _to_simplified_table().items() if char != other}
    return frozenset(char for char in results if not _in("big5", char)) | frozenset("个体号")


@cache
def traditional_only() -> frozenset[str]:
    """Return characters that a Simplified text does not hold: they convert, and GB 2312 has no place for them."""
    changed = {char for char, other in _to_simplified_table().items() if char != other}
    return frozenset(char for char in changed if not _in("gb2312", char))


@lru_cache(maxsize=4096)
def to_traditional(text: str) -> str:
    """Return Simplified ``text`` in Hong Kong Traditional characters; other text comes back as it is.

    Text without one Simplified-only character is not converted: 皇后, 公里 and 床 would only be harmed.
    """
    if simplified_only().isdisjoint(text):
        return text
    return str(_converter("s2hk").convert(text))


@lru_cache(maxsize=4096)
def to_simplified(text: str) -> str:
    """Return ``text`` in Simplified characters, for display."""
    return str(_converter("t2s").convert(text))
