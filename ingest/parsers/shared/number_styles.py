"""Numbers as word processors write them: 3, iv, C, 三, 參, 丙, ③."""

from __future__ import annotations

__all__ = ["format_number"]

_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹貳參肆伍陸柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = [
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
]  # fmt: skip


def format_number(number: int, kind: str) -> str:  # noqa: PLR0911 (a table of formats)
    """Write ``number`` in a format of OOXML's ``ST_NumberFormat``; an unknown one counts in decimals.

    Source: ECMA-376 part 1, 17.18.59. "bullet" and "none" give an empty string.
    """
    if kind in ("bullet", "none"):
        return ""
    if number < 1:
        return str(number)
    if kind in ("lowerLetter", "upperLetter"):  # after z comes aa, then bb, as Word does
        letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters if kind == "lowerLetter" else letters.upper()
    if kind in ("lowerRoman", "upperRoman") and number < 4000:
        return _roman(number) if kind == "lowerRoman" else _roman(number).upper()
    if kind in ("ideographTraditional", "ideographZodiac"):
        wheel = _STEMS if kind == "ideographTraditional" else _BRANCHES
        return wheel[number - 1] if number <= len(wheel) else str(number)
    if kind in ("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand", "koreanDigital2"):
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    if kind in ("ideographLegalTraditional", "chineseLegalSimplified", "japaneseLegal"):
        return _counting(number, _LEGAL, "拾佰仟", full=True)
    if "Counting" in kind or kind == "ideographEnclosedCircle":
        return _counting(number, "零" + _DIGITS[1:], "十百千", full=False)
    return _decorated(number, kind)


def _decorated(number: int, kind: str) -> str:  # noqa: PLR0911 (a table of formats)
    if kind in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and number <= 20:
        return chr(0x2460 + number - 1)
    if kind == "decimalEnclosedParen" and number <= 20:
        return chr(0x2474 + number - 1)
    if kind == "decimalEnclosedFullstop" and number <= 20:
        return chr(0x2488 + number - 1)
    if kind.startswith("decimalFullWidth"):
        return "".join(chr(0xFF10 + int(digit)) for digit in str(number))
    if kind == "decimalZero":
        return f"{number:02d}"
    if kind == "ordinal":
        suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{suffix}"
    return str(number)


def _roman(number: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        text += sign * (number // value)
        number %= value
    return text


def _counting(number: int, digits: str, units: str, full: bool) -> str:
    """Chinese counting below ten thousand: 12 → 十二, 105 → 一百零五; ``full`` writes 壹拾貳."""
    if number >= 10_000:
        return str(number)
    text, zero = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit == 0:
            zero = bool(text)
            continue
        text += digits[0] if zero else ""
        zero = False
        text += digits[digit] + (units[power - 1] if power else "")
    return text[1:] if not full and text.startswith(f"{digits[1]}{units[0]}") else text
