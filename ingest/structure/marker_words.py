"""Numerals and word lists behind clause numbers and dates: 「二十三」, "xiv", "c", full-width digits."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

__all__ = ["CJK_NUMBER", "STEMS", "cjk_number", "letter", "plain", "roman", "stem", "word_list"]

CJK_NUMBER = r"[一二三四五六七八九十百零〇兩两]{1,5}"
STEMS = "甲乙丙丁戊己庚辛壬癸"
_CJK_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "兩": 2, "两": 2}
_CJK_UNITS = {"十": 10, "百": 100, "千": 1000}
# One character for one, so that offsets stay those of the document.
_PLAIN = str.maketrans(
    {chr(0xFF10 + i): chr(0x30 + i) for i in range(10)}
    | {chr(0xFF21 + i): chr(0x41 + i) for i in range(26)}
    | {chr(0xFF41 + i): chr(0x61 + i) for i in range(26)}
    | {
        "（": "(",
        "）": ")",
        "〔": "(",
        "〕": ")",
        "．": ".",
        "﹒": ".",
        "：": ":",
        "\u3000": " ",
        "\xa0": " ",
        "\t": " ",
    }
)


@cache
def word_list(name: str) -> tuple[str, ...]:
    words: dict[str, list[str]] = json.loads(
        files("ingest.structure").joinpath("clause_words.json").read_text(encoding="utf-8")
    )
    return tuple(words[name])


def plain(text: str) -> str:
    """Full-width digits, letters and brackets as ASCII, one character for one."""
    return text.translate(_PLAIN)


def cjk_number(text: str) -> int:
    """「二十三」 → 23, 「二零二六」 → 2026, "12" → 12. Raises ValueError on anything else."""
    if text.isascii():
        return int(text)
    if not any(c in _CJK_UNITS for c in text):
        return int("".join(str(_CJK_DIGITS[c]) if c in _CJK_DIGITS else _bad(text) for c in text))
    total, digit = 0, 0
    for char in text:
        if char in _CJK_UNITS:
            total += (digit or 1) * _CJK_UNITS[char]
            digit = 0
        elif char in _CJK_DIGITS:
            digit = _CJK_DIGITS[char]
        else:
            _bad(text)
    return total + digit


def _bad(text: str) -> str:
    raise ValueError(f"not a number: {text!r}")


def roman(text: str) -> int:
    """ "xiv" → 14; only i, v, x and l."""
    numerals = {"i": 1, "v": 5, "x": 10, "l": 50}
    values = [numerals[c] for c in text.lower()]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))


def letter(text: str) -> int:
    """ "c" → 3, "aa" → 27."""
    return ord(text[0].lower()) - 96 + 26 * (len(text) - 1)


def stem(text: str) -> int:
    """「丙」 → 3."""
    return STEMS.index(text) + 1
