"""Clause numbers at the start of a text: "3.2.1", "第三章", "(a)", "（一）", "甲、", "Annex 2", "附件二".

This module lists what a number *can* mean. :mod:`ingest.structure.clause_numbering` decides from the numbers before
and after it whether it is a clause number: a date, an amount or a time at the start of a line is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ingest.structure.annexes import annex_label
from ingest.structure.marker_words import word_list
from kb.language.quantities.dates import MONTH_NAMES
from kb.language.quantities.numerals import (
    CIRCLED,
    CLAUSE_NUMBER,
    PARENTHESISED,
    STEMS,
    letter_to_int,
    ordinal,
    roman_to_int,
    stem_to_int,
)
from kb.language.script import HAN, half_width
from kb.language.sentences import STOPS

__all__ = ["ClauseMarker", "markers"]

_ROMAN = r"(?:x{0,3})(?:ix|iv|v?i{0,3})"
_Rule = tuple[str, "re.Pattern[str]", Callable[[str], int]]


# Forms of list items, in the order in which they are tried; "(i)" is both a Roman number and a letter.
_ITEMS: tuple[_Rule, ...] = tuple(
    (kind, re.compile(pattern + r" *"), read)
    for kind, pattern, read in (
        ("digit_paren", r"\((\d{1,3})\)", int),
        ("digit_paren", rf"([{PARENTHESISED}])", lambda t: PARENTHESISED.index(t) + 1),
        ("circled", rf"([{CIRCLED}])", lambda t: CIRCLED.index(t) + 1),
        ("digit_half", r"(\d{1,3})\)", int),
        ("roman_paren", rf"\((?=[ivx])({_ROMAN})\)", roman_to_int),
        ("lower_paren", r"\((([a-z])\2?)\)", letter_to_int),
        ("upper_roman_paren", rf"\((?=[IVX])((?i:{_ROMAN}))\)", roman_to_int),
        ("upper_paren", r"\(([A-Z])\)", letter_to_int),
        ("roman_half", rf"(?=[ivx])({_ROMAN})\)", roman_to_int),
        ("lower_half", r"([a-z])\)", letter_to_int),
        ("cjk_paren", rf"\(({CLAUSE_NUMBER})\)", ordinal),
        ("stem_paren", rf"\(([{STEMS}])\)", stem_to_int),
        ("cjk", rf"({CLAUSE_NUMBER})(?:、|\. ?|, )", ordinal),
        ("stem", rf"([{STEMS}])(?:、|\. ?|部 )", stem_to_int),
        ("digit", r"(\d{1,3})(?:\.(?![\d)])|、)", int),
        ("upper_roman", rf"(?=[IVX])((?i:{_ROMAN}))(?:\. |、| (?=[A-Z{HAN}]))", roman_to_int),
        ("upper", r"([A-Z])(?:\. |、)", letter_to_int),
        ("roman", rf"(?=[ivx])({_ROMAN})\. ", roman_to_int),
        ("lower", r"([a-z])\. ", letter_to_int),
        ("bare", r"(\d{1,2}) (?=\S)", int),
    )
)
_DOTTED = re.compile(r"(\d{1,3}(?:\.\d{1,3}){1,6})\.?(?! ?[-–:/]\d)(?![\d%]) *")
_CHAPTER = re.compile(rf"(?:第 ?(\d{{1,3}}|{CLAUSE_NUMBER}) ?章|(?i:chapter) ?(\d{{1,3}}|[IVX]+\b))[ :.—–-]*")
_PART = re.compile(
    rf"(第 ?(?:\d{{1,2}}|{CLAUSE_NUMBER}) ?部[分份]?|[{STEMS}]部(?!分)|(?i:part) (?:\d{{1,2}}|[IVX]+|[A-Z])\b)[ :.—–-]*"
)
_ARTICLE = re.compile(rf"(?:第 ?(\d{{1,3}}|{CLAUSE_NUMBER}) ?([條条節节])|(?i:article|section) (\d{{1,3}})\b)[ :.—–-]*")


@dataclass(frozen=True, slots=True)
class ClauseMarker:
    """One possible meaning of the number at the start of a text.

    Attributes:
        kind: annex, part, chapter, article, dotted, or the form of a list item (``digit``: "1.",
            ``digit_paren``: "(1)", ``lower_paren``: "(a)", ``roman_paren``: "(ii)", ``cjk``: "一、", …).
        value: its position, one number per level: "3.2.1" is (3, 2, 1), "(c)" is (3,).
        label: how a clause path writes it: "3.2.1", "(c)", "Annex 2".
        end: offset of the first character after the number and the space after it.
        tail: further items directly after it, as in "3.2 (a) (i) Staff …".
    """

    kind: str
    value: tuple[int, ...]
    label: str
    end: int
    tail: tuple[ClauseMarker, ...] = ()


def markers(text: str, *, heading: bool = False) -> list[ClauseMarker]:
    """Return all possible meanings of the number at the start of ``text``, the likeliest first; none without a number.

    Args:
        heading: whether the text is a heading; then "1 Introduction", without a mark after the number, is possible
            too, and an annex label may be followed by a title.
    """
    flat = half_width(text)
    structural = _structural(flat, heading)
    if structural is not None:
        return [structural]
    dotted = _DOTTED.match(flat)
    if dotted and _may_be_number(flat, dotted.end(), dotted[0]):
        value = tuple(int(n) for n in dotted[1].split("."))
        if value[0] <= 199 and not re.search(r"(?:^|\.)0\d", dotted[1]):
            return [ClauseMarker("dotted", value, dotted[1], dotted.end(), _tail(flat, dotted.end()))]
        return []
    return _items(flat, heading)


def _items(flat: str, heading: bool, *, offset: int = 0, only_brackets: bool = False) -> list[ClauseMarker]:
    found: list[ClauseMarker] = []
    for kind, pattern, read in _ITEMS:
        match = pattern.match(flat, offset)
        if match is None or not match[1] or (kind == "bare" and not heading):
            continue
        if only_brackets and not kind.endswith("_paren"):
            continue
        number = read(match[1])
        if not 1 <= number <= (199 if kind in ("digit", "digit_paren") else 60):
            continue
        if kind in ("digit", "bare", "digit_half") and not _may_be_number(flat, match.end(), match[0]):
            continue
        label = match[1] if kind in ("digit", "bare", "cjk", "stem", "upper", "upper_roman") else f"({match[1]})"
        tail = () if only_brackets else _tail(flat, match.end())
        found.append(ClauseMarker(kind, (number,), label, match.end(), tail))
    return found


def _tail(flat: str, offset: int) -> tuple[ClauseMarker, ...]:
    """Return the bracketed items right after a number. One meaning is enough: such a list seldom starts after (a)."""
    found = _items(flat, False, offset=offset, only_brackets=True)
    if not found:
        return ()
    letters = [m for m in found if m.kind == "roman_paren" and m.value != (1,)]
    first = next((m for m in found if m not in letters), found[0])
    return (first, *_tail(flat, first.end))


_SENTENCE = 12  # characters; longer text after a number is more than a quantity


def _may_be_number(flat: str, end: int, number: str) -> bool:
    """Return False where the text after the number makes it a quantity, a time, a date or part of a sentence."""
    rest = flat[end:]
    if not rest:
        return "." in number.strip(" .") or number.strip().endswith(".")
    if rest.startswith(tuple(word_list("not_after_number_cjk"))):
        # 「3.2 年假」 is a heading, 「3.2 年」 a duration.
        return rest.startswith(word_list("words_after_number_cjk"))
    word = re.match(r"[A-Za-z][A-Za-z.]*", rest)
    if word is None:
        return _before_other_text(rest, number)
    if number[-1].isdigit() and word[0][0].islower():
        return False  # "3.5kg", "2nd"
    if word[0].rstrip(".").casefold() in MONTH_NAMES:
        return "." in number.strip(" .")
    return word[0].rstrip(".") not in word_list("not_after_number")


def _before_other_text(rest: str, number: str) -> bool:
    if rest[0].isdigit() and number.endswith(" "):
        # "1.2 70歲或以上義工須申報" is a clause that starts with a figure; "3.2 45 17.5" is a row of figures.
        return bool(re.match(r"[\d,.$%]+ ?[^\W\d_]", rest)) and len(rest) > _SENTENCE
    return number.rstrip().endswith(".") or not (rest[0] in ",;:=)]%°$" or rest[0].isdigit())


def _structural(flat: str, heading: bool) -> ClauseMarker | None:
    annex = annex_label(flat, heading=heading)
    if annex is not None:
        return ClauseMarker("annex", (0,), *annex)
    match = _CHAPTER.match(flat)
    if match:
        raw = match[1] or match[2]
        number = roman_to_int(raw) if raw.isalpha() and raw.isascii() else ordinal(raw)
        return _if_heading(flat, ClauseMarker("chapter", (number,), str(number), match.end()), match[0], heading)
    match = _PART.match(flat)
    if match:
        return _if_heading(flat, ClauseMarker("part", (0,), match[1], match.end()), match[0], heading)
    match = _ARTICLE.match(flat)
    if match:
        number = ordinal(match[1] or match[3])
        sign = match[2]
        label = f"第{number}{sign}" if sign else f"{match[0].split()[0].title()} {number}"
        return _if_heading(flat, ClauseMarker("article", (number,), label, match.end()), match[0], heading)
    return None


def _if_heading(flat: str, marker: ClauseMarker, matched: str, heading: bool) -> ClauseMarker | None:
    """Return ``marker`` if the text is a heading: 「第三章 假期」, but not 「第三章所述」 or "Chapter 3 applies"."""
    rest = flat[marker.end :]
    if not rest or heading:
        return marker
    spaced = matched[-1] in " :.—–-"
    if rest[0].isascii() and rest[0].islower():
        return None
    if marker.kind == "article":
        return marker if spaced else None
    return marker if spaced and len(rest) <= 80 and rest[-1] not in STOPS + ".，," else None
