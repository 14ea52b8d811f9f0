"""Chinese names without a title or a label: 陳大文 in the middle of a sentence.

A surname with two characters of given names is a name if the points of the characters, of what stands around them and
of the words that they would be part of come to ``NEEDED``. Names of one surname and one character are found by their
context only (:mod:`.personal_names`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kb.language import dictionary
from kb.language.script import HAN_BASIC, is_han
from kb.personal_data.comparable_text import comparable_pattern
from kb.personal_data.name_words import chinese_surnames, name_words

__all__ = ["find_in_comparable"]

NEEDED = 2.75
_GIVEN, _RARE, _EDGE, _NEIGHBOUR, _WORD_ACROSS, _WORD_INSIDE = 1.0, 1.0, 1.5, 0.75, -2.0, -1.0
_TITLE = re.compile(comparable_pattern("先生|女士|小姐|太太|姑娘|婆婆|伯伯|老師|醫生|主任|院長|護士|同學|經理|校長"))
_ROLES = "社工|案主|院友|義工|職員|學員|會員|病人|家屬|同事|員工|護士|主任|經理|護理員|姓名|名叫|我叫|我是|我係"
_SPACED_BEFORE = re.compile(rf"(?:^|[^{HAN_BASIC}])[{HAN_BASIC}] ?$")
_SPACED_BEHIND = re.compile(rf" ?[{HAN_BASIC}](?:[^{HAN_BASIC}]|$)")


@cache
def _candidate() -> re.Pattern[str]:
    """Return a pattern of a surname (``s``), and two characters, or one behind a surname of two; all match at once."""
    han = f"[{HAN_BASIC}]"
    return re.compile(rf"(?=(?P<it>(?P<s>{chinese_surnames()})(?P<gap>[ -]?)(?P<a>{han})(?P=gap)(?P<b>{han})))")


def find_in_comparable(text: str) -> Iterator[tuple[int, int]]:
    """Yield ``(start, end)`` of each name in a text of :mod:`.comparable_text`, in order and without overlap."""
    at = 0
    for match in _candidate().finditer(text):
        start, end = match.span("it")
        if start >= at and _points(text, match) >= NEEDED:
            yield _with_husbands_surname(text, start), end
            at = end
    for match in _short().finditer(text):
        if not is_han(text[match.end() : match.end() + 1] or " ") or text[match.end()] in name_words("after"):
            yield match.span("it")


@cache
def _short() -> re.Pattern[str]:
    """Return a pattern of a name of two characters just behind the role of a person: 社工梁敏."""
    rare, given = "|".join(name_words("rare")), "".join(name_words("given"))
    return re.compile(rf"(?:{comparable_pattern(_ROLES)})(?P<it>(?:{rare})[{given}])")


def _with_husbands_surname(text: str, start: int) -> int:
    """Return the start of a name with the surname of the husband before it: 林陳美玉."""
    before, more = text[start - 1 : start], text[start - 2 : start - 1]
    double = before in name_words("rare") or before in "張周黃"
    return start - 1 if start and double and (not is_han(more or " ") or more in name_words("before")) else start


def _points(text: str, match: re.Match[str]) -> float:
    start, end = match.span("it")
    surname, first, second = match["s"], match["a"], match["b"]
    before, after = text[start - 1 : start], text[end : end + 1]
    name = surname + first + second
    if any(name.startswith(word) for word in name_words("place")) or _is_thing(text[end : end + 2]):
        return 0.0
    if _TITLE.match(first + second):
        return 0.0
    if match["gap"] and _is_spaced_out(text, start, end):
        return 0.0
    words, rare = dictionary.two_character_words(), surname in name_words("rare")
    given = (first in name_words("given")) + (second in name_words("given"))
    if given + rare < 2 or (given == 1 and {first + second, second + after} & words):
        return 0.0
    points = _GIVEN * given + _RARE * rare
    points += _beside(before, "before") + _beside(after, "after")
    if len(surname) == 1:
        points += _WORD_INSIDE * (surname + first in words)
    if before + surname[0] in words and not (rare and before in name_words("before")):
        points += _WORD_ACROSS if before not in name_words("before") else _NEIGHBOUR * -2
    if second + after in words and after not in name_words("after"):
        points += _WORD_ACROSS / 2
    if first + second in words and not rare:
        points += _WORD_INSIDE / 2
    return points


def _beside(char: str, kind: str) -> float:
    """Return the points of the character beside a name: an edge, a mark, or a word that goes with names."""
    if not is_han(char or " "):
        return _EDGE
    return _NEIGHBOUR if char in name_words(kind) else 0.0


def _is_spaced_out(text: str, start: int, end: int) -> bool:
    """Whether a space stands between all characters around, too: it is how the whole text is written."""
    before, behind = text[max(0, start - 3) : start], text[end : end + 3]
    return bool(_SPACED_BEFORE.search(before) or _SPACED_BEHIND.match(behind))


def _is_thing(behind: str) -> bool:
    return any(behind.startswith(word) for word in name_words("thing"))
