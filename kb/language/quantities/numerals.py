"""Numerals and their values, read and written: Chinese, Roman, letters, 甲乙丙, and English number words.

What is read is folded text (:func:`kb.language.script.fold`) unless a function says otherwise.
"""

from __future__ import annotations

import re
from decimal import Decimal

from kb.language.quantities.word_tables import read_table

__all__ = [
    "CIRCLED",
    "CLAUSE_NUMBER",
    "DECIMAL",
    "EVERYDAY",
    "GROUPED",
    "NUMBER_WORDS",
    "NUMERAL",
    "PARENTHESISED",
    "STEMS",
    "STOPPED",
    "chinese_to_int",
    "decimal_text",
    "letter_to_int",
    "ordinal",
    "roman_to_int",
    "stem_to_int",
    "to_chinese",
    "to_chinese_digits",
    "to_letter",
    "to_roman",
    "value_of",
]

_TABLE = [(int(value), everyday, others, deed) for (value,), (everyday,), others, deed in read_table("numerals.tsv", 4)]
_VALUES = {char: value for value, everyday, others, _ in _TABLE for char in (everyday, *others)}
_DIGITS = {char: value for char, value in _VALUES.items() if value < 10}
_TENS = {char: value for char, value in _VALUES.items() if value in (10, 100, 1000)}
_GROUPS = {char: value for char, value in _VALUES.items() if value >= 10_000}
_EVERYDAY = {value: everyday for value, everyday, _, _ in _TABLE}
_DEED = {value: deed[0] for value, _, _, deed in _TABLE if deed}
# 廿 is 二十, 卅 is 三十.
_JOINED = str.maketrans({_EVERYDAY[n]: _EVERYDAY[n // 10] + _EVERYDAY[10] for n in (20, 30)})
# Of a text that is not folded: ○ is typed for 〇.
_UNFOLDED = str.maketrans("○兩", "〇两")
_ROMAN = {
    1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl", 10: "x", 9: "ix", 5: "v",
    4: "iv", 1: "i",
}  # fmt: skip
_LETTERS = 26

# Characters of Chinese numerals, to stand in the brackets of a pattern: all of them, and those that are seldom
# anything else (陆 and 伍 are names too, 大陆人 are not six).
NUMERAL = "".join(_VALUES)
EVERYDAY = "零〇一二两三四五六七八九十百千廿卅"
# The number of a clause, in a text that is not folded.
CLAUSE_NUMBER = r"[一二三四五六七八九十百零〇兩两]{1,5}"
DECIMAL = r"\d+(?:\.\d+)?"
GROUPED = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?"
NUMBER_WORDS = {word: int(value) for (word,), (value,) in read_table("number_words.tsv", 2)}

# Signs of list items: the first stands for 1.
STEMS = "甲乙丙丁戊己庚辛壬癸"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
PARENTHESISED = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"
STOPPED = "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"


def value_of(text: str) -> Decimal | None:
    """Return the value of Arabic digits, a Chinese numeral, 半, or an English number word; None of anything else."""
    if text in NUMBER_WORDS:
        return Decimal(NUMBER_WORDS[text])
    if text == "半":
        return Decimal("0.5")
    if re.fullmatch(r"[\d,]+(?:\.\d+)?", text):
        return Decimal(text.replace(",", ""))
    whole = chinese_to_int(text)
    return None if whole is None else Decimal(whole)


def decimal_text(value: Decimal) -> str:
    """Return the one way a value is written: no exponent, no zeros at the end of a fraction."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def chinese_to_int(numeral: str, *, spoken: bool = True) -> int | None:
    """Return the value of a Chinese numeral (三万五, 二〇二二, 廿五, 十); None if it is ill-formed.

    Args:
        spoken: whether a last digit counts tenths of the unit before it: 三万五 is 35,000 and 一百二 is 120. In the
            number of a clause it counts ones, and of two digits side by side the second stands.
    """
    numeral = numeral.translate(_JOINED)
    if not numeral or any(char not in _VALUES for char in numeral):
        return None
    if all(char in _DIGITS for char in numeral):  # a year or a room number: digit by digit
        return int("".join(str(_DIGITS[char]) for char in numeral))
    total = group = 0
    digit: int | None = None
    unit = 1
    for char in numeral:
        if char in _DIGITS:
            if digit and spoken:
                return None
            digit = _DIGITS[char]
            unit = 1 if digit == 0 or not spoken else unit  # 一百零二 is 102
        elif char in _TENS:
            group += (1 if digit is None or (digit == 0 and not spoken) else digit) * _TENS[char]
            digit, unit = None, _TENS[char]
        else:
            total = (total + group + (digit or 0) or 1) * _GROUPS[char]
            group, digit, unit = 0, None, _GROUPS[char]
    return total + group + (digit or 0) * (unit // 10 if unit > 10 else 1)


def ordinal(text: str) -> int:
    """Return the number of a clause, a year, a month or a day, in a text that is not folded: 二十三, 二零二六, 12.

    Raises:
        ValueError: it is no number.
    """
    if text.isascii():
        return int(text)
    value = chinese_to_int(text.translate(_UNFOLDED), spoken=False)
    if value is None:
        raise ValueError(f"not a number: {text!r}")
    return value


def roman_to_int(text: str) -> int:
    """ "xiv" → 14, in either case."""
    signs = {sign: value for value, sign in _ROMAN.items()}
    values = [signs[char] for char in text.lower()]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))


def letter_to_int(text: str) -> int:
    """ "c" → 3, "aa" → 27, "bb" → 28."""
    return ord(text[0].lower()) - ord("a") + 1 + _LETTERS * (len(text) - 1)


def stem_to_int(text: str) -> int:
    """丙 → 3."""
    return STEMS.index(text) + 1


def to_roman(number: int) -> str:
    """14 → "xiv"; below 4,000."""
    text = ""
    for value, sign in _ROMAN.items():
        text += sign * (number // value)
        number %= value
    return text


def to_letter(number: int) -> str:
    """3 → "c", 27 → "aa", 28 → "bb", as Word counts."""
    return chr(ord("a") + (number - 1) % _LETTERS) * ((number - 1) // _LETTERS + 1)


def to_chinese_digits(number: int) -> str:
    """2026 → 二〇二六."""
    return "".join(_EVERYDAY[int(digit)] for digit in str(number)).replace("零", "〇")


def to_chinese(number: int, *, as_in_deeds: bool = False) -> str:
    """12 → 十二, 105 → 一百零五, or 壹拾貳, 壹佰零伍 as deeds and cheques have it; from 10,000 on in Arabic digits."""
    if number >= 10_000:
        return str(number)
    signs = _DEED if as_in_deeds else _EVERYDAY
    text, zero = "", False
    for unit in (1000, 100, 10, 1):
        digit = number // unit % 10
        if digit == 0:
            zero = bool(text)
            continue
        text += (signs[0] if zero else "") + signs[digit] + (signs[unit] if unit > 1 else "")
        zero = False
    return text[1:] if not as_in_deeds and text.startswith(signs[1] + signs[10]) else text
