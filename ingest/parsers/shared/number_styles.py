"""Numbers as word processors write them: 3, iv, C, 三, 參, 丙, ③."""

from __future__ import annotations

from kb.language.quantities.numerals import (
    CIRCLED,
    PARENTHESISED,
    STEMS,
    STOPPED,
    to_chinese,
    to_chinese_digits,
    to_letter,
    to_roman,
)

__all__ = ["format_number"]

_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_SIGNS = {
    "decimalEnclosedCircle": CIRCLED,
    "decimalEnclosedCircleChinese": CIRCLED,
    "decimalEnclosedParen": PARENTHESISED,
    "decimalEnclosedFullstop": STOPPED,
}


def format_number(number: int, kind: str) -> str:  # noqa: PLR0911 (a table of formats)
    """Write ``number`` in a format of OOXML's ``ST_NumberFormat``; an unknown one counts in decimals.

    Source: ECMA-376 part 1, 17.18.59. "bullet" and "none" give an empty string.
    """
    if kind in ("bullet", "none"):
        return ""
    if number < 1:
        return str(number)
    if kind in ("lowerLetter", "upperLetter"):  # after z comes aa, then bb, as Word does
        return to_letter(number) if kind == "lowerLetter" else to_letter(number).upper()
    if kind in ("lowerRoman", "upperRoman") and number < 4000:
        return to_roman(number) if kind == "lowerRoman" else to_roman(number).upper()
    if kind in ("ideographTraditional", "ideographZodiac"):
        wheel = STEMS if kind == "ideographTraditional" else _BRANCHES
        return wheel[number - 1] if number <= len(wheel) else str(number)
    if kind in ("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand", "koreanDigital2"):
        return to_chinese_digits(number)
    if kind in ("ideographLegalTraditional", "chineseLegalSimplified", "japaneseLegal"):
        return to_chinese(number, as_in_deeds=True)
    if "Counting" in kind or kind == "ideographEnclosedCircle":
        return to_chinese(number)
    return _decorated(number, kind)


def _decorated(number: int, kind: str) -> str:
    signs = _SIGNS.get(kind, "")
    if number <= len(signs):
        return signs[number - 1]
    if kind.startswith("decimalFullWidth"):
        return "".join(chr(0xFF10 + int(digit)) for digit in str(number))
    if kind == "decimalZero":
        return f"{number:02d}"
    if kind == "ordinal":
        suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{suffix}"
    return str(number)
