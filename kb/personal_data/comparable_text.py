"""A text in one spelling, with the place of each of its characters in the original.

People and programs write the same number in many ways: full-width digits, dashes and spaces of many kinds, characters
that cannot be seen, letters of other alphabets that look alike. Personal data is looked for in this form: NFKC, without
accents and invisible characters, one dash, one space, round brackets, Simplified characters, and figures where a long
number is written in Chinese numerals. Capital letters stay.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from kb.language.script import fold, is_han

__all__ = ["ComparableText", "comparable", "comparable_pattern"]

_SAME = str.maketrans(
    # dashes (NFKC makes none of them a hyphen), and the signs that are typed for one
    dict.fromkeys("‐‑‒–—―−﹘﹣－⁃─━╴➖ー‧・·•∙⋅", "-")
    | dict.fromkeys("〔【〖﹝［[｛{⟨〈", "(")
    | dict.fromkeys("〕】〗﹞］]｝}⟩〉", ")")
    | dict.fromkeys("⁄∕╱", "/")
    | dict.fromkeys("。｡․", "。")
    | dict.fromkeys("、،", "、")
    | dict.fromkeys("\r\x0b\x0c\x85\u2028\u2029", "\n")
    # Greek and Cyrillic letters that look like Latin ones
    | dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕЗКМНОРСТУХІЈЅаеорсухіјѕο", "ABEZHIKMNOPTYXABE3KMHOPCTYXIJSaeopcyxijso", strict=True))
)
# Invisible characters besides those of the category Cf: joiners of letters and fillers.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_NUMERALS = {char: str(value) for chars in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖", "○")
             for value, char in enumerate(chars)}  # fmt: skip
# At least this many Chinese numerals in a row are a number written figure by figure.
_LONG_NUMBER = re.compile(rf"[{''.join(_NUMERALS)}](?:[ -]?[{''.join(_NUMERALS)}]){{6,}}")
_LINE_BREAK = re.compile(r" *\n *")


@dataclass(frozen=True, slots=True)
class ComparableText:
    """A text in one spelling.

    Attributes:
        text: the comparable form.
        places: for each of its characters, the characters of the original that it stands for (start, end).
    """

    text: str
    places: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the characters of the original for the characters ``start``–``end`` of the comparable form."""
        return self.places[start][0], self.places[end - 1][1]

    def joined_lines(self) -> ComparableText:
        """Return the text without line breaks: between two Chinese characters nothing takes their place, else a space.

        A number or a name may go on in the next line.
        """
        kept: list[tuple[str, tuple[int, int]]] = []
        at = 0
        for match in _LINE_BREAK.finditer(self.text):
            start, end = match.span()
            kept += zip(self.text[at:start], self.places[at:start], strict=True)
            if not (start > 0 and end < len(self.text) and is_han(self.text[start - 1]) and is_han(self.text[end])):
                kept.append((" ", self.places[start]))
            at = end
        kept += zip(self.text[at:], self.places[at:], strict=True)
        return ComparableText("".join(char for char, _ in kept), tuple(place for _, place in kept))


def comparable(text: str) -> ComparableText:
    """Return the comparable form of a text."""
    chars: list[str] = []
    places: list[tuple[int, int]] = []
    for at, char in enumerate(text):
        for one in _forms(char):
            chars.append(one)
            places.append((at, at + 1))
    plain = "".join(chars)
    figures = _LONG_NUMBER.sub(lambda match: "".join(_NUMERALS.get(char, char) for char in match[0]), plain)
    return ComparableText(figures, tuple(places))


def comparable_pattern(pattern: str) -> str:
    """Return the source of a regular expression with its Chinese characters as in a comparable text."""
    return "".join(fold(char) if is_han(char) else char for char in pattern)


@lru_cache(maxsize=20_000)
def _forms(char: str) -> str:
    """Return what stands for a character: nothing for an invisible one, several characters for ㈱."""
    if char in _INVISIBLE:
        return ""
    same = char.translate(_SAME)
    if same != char:
        return same
    found = []
    for one in unicodedata.normalize("NFKD", char):
        category = unicodedata.category(one)
        if category in ("Cf", "Mn", "Me"):
            continue
        plain = " " if category == "Zs" else one.translate(_SAME)
        found.append(fold(plain) if is_han(plain) else plain)
    return "".join(found)
