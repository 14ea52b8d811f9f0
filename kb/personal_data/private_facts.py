"""Facts about the health or the pay of somebody who is named beside them, or whose record they stand in.

Such words are in every handbook; only a person whom they are about makes them data. For pay a name must stand in the
same sentence. For health it may also be the subject of the record: the name at the start of a line of minutes says whom
the sentences and lines behind it are about. Words of a rule, a talk, a procedure, or of people of a kind make a fact
nobody's ("residents with hepatitis B must …").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Protocol

from kb.core import data_files
from kb.language.script import HAN_BASIC
from kb.personal_data.comparable_text import comparable_pattern

__all__ = ["NamedText", "called", "facts_in", "familiar_names", "may_hold", "person_of"]

_ROOM = "kb.personal_data"
_FAR, _NEAR, _AMOUNT_WITHIN = 60, 16, 48
# A record goes on for so many characters and lines behind the name that it is about; so many names are tried.
_RECORD, _RECORD_LINES, _NAMES = 240, 5, 4
_SUBJECT_WITHIN = 16  # characters of a sentence before its subject: a number, a room, a label
_CLAUSES = 2  # commas between a fact and a name behind it that is not the one it is about
_BEHIND = 14  # characters behind a word that may say that it is the name of a talk or a procedure
# Behind "for enquiries" stands the name of somebody else.
_SENTENCE_END = re.compile(comparable_pattern(r"[。!?\n\t|]|\. |查詢|聯絡人|(?i:enquir|contact)"))
# Each begins with a plain character; where one of them stands, the amounts beside it are looked for.
_PAY_WORDS = ("薪", "工資", "人工", "出糧", "糧", "salar", "wage", "paid", "pay", "earn", "remuneration", "mps")
# How people are called who are known well: 阿強, 明叔, 珍姐, 肥仔; they have no surname by which names are known.
_SAID_OF = (
    r"(?:有|患|系|最近|琴日|尋日|上星期|昨日|今日|驗|確診|發現|跌|入院|洗腎|中風|個|嘅|的|人工|月薪|電話|屋企|住)"
)
_FAMILIAR = re.compile(
    comparable_pattern(
        rf"阿[{HAN_BASIC}](?=[{HAN_BASIC}]{{0,3}}{_SAID_OF}|[:(])|"
        rf"(?<![{HAN_BASIC}])[{HAN_BASIC}](?:叔|伯|婆|姨|姐|哥|嬸|仔)(?={_SAID_OF}|話)|"
        r"\b(?:Ah|Uncle|Aunt(?:ie|y)?|Grandma|Grandpa|Granny|Por Por|Gong Gong) [A-Z][a-z]{1,12}\b"
    )
)
_NUMBERED = re.compile(r"[ \t]*(\d{1,3}(?:\.\d{1,3})*)[.)、: ]")


_ALLERGY = re.compile(
    comparable_pattern(
        rf"(?:(?<![{HAN_BASIC}])[{HAN_BASIC}]{{0,6}}|對[{HAN_BASIC}]{{1,8}})(?:過敏|敏感)"
        r"(?!(?:性?藥物|食物|史|情況|詳情|源)? ?[\t:|])"  # the label of a form
    )
)


class NamedText(Protocol):
    """A comparable text whose names and lines can be asked for."""

    text: str

    def line(self, at: int) -> tuple[int, int]: ...

    def names_before(self, at: int, count: int) -> list[tuple[int, int]]: ...

    def names_between(self, start: int, end: int) -> list[tuple[int, int]]: ...

    def has_name(self, start: int, end: int) -> bool: ...

    def has_identity(self, start: int, end: int) -> bool: ...


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    parts: dict[str, list[str]] = {}
    for kind, pattern in data_files.rows(_ROOM, "private_facts.tsv"):
        parts.setdefault(kind, []).append(pattern)
    return {kind: re.compile(comparable_pattern("|".join(rows)), re.IGNORECASE) for kind, rows in parts.items()}


def _alternation(words: Iterable[str]) -> str:
    """Return a pattern of words in groups by their first character, which are found quickly; longer ones first."""
    groups: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        groups.setdefault(word[0], []).append(word[1:])
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in groups.items())


@cache
def _health() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of Chinese and of English words, for a comparable text in small letters."""
    words = [comparable_pattern(word) for word in data_files.lines(_ROOM, "health_words.txt")]
    latin = [word for word in words if word[0].isascii()]
    return (
        re.compile(_alternation(word for word in words if not word[0].isascii())),
        re.compile(rf"(?<![a-z])(?:{_alternation(latin)})(?![a-z])"),
    )


@cache
def _written() -> tuple[re.Pattern[str], ...]:
    """Return quick patterns of words without which there is no fact, for a text as it is written, in small letters."""
    words = [*data_files.lines(_ROOM, "health_words.txt"), "過敏", "敏感", *_PAY_WORDS]
    both = {form for word in words for form in (word, comparable_pattern(word))}  # either script
    return (
        re.compile(_alternation(sorted(word for word in both if not word[0].isascii()))),
        re.compile(rf"(?<![a-z])(?:{_alternation(sorted(word for word in both if word[0].isascii()))})"),
    )


def may_hold(text: str) -> bool:
    """Whether a text, as it is written, has any word of health or pay."""
    small = text.lower()
    return any(pattern.search(small) for pattern in _written())


def facts_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield ``(start, end, kind)`` of words of health, and of amounts beside a word of pay, in a comparable text."""
    patterns = _patterns()
    # Without a flag for capitals, and with plain first characters, the patterns are tried at few places only.
    small = text.lower()
    for pattern in _health():
        for match in pattern.finditer(small):
            yield *_with_attributes(small, *match.span()), "health"
    for match in _ALLERGY.finditer(text):
        yield *match.span(), "health"
    for word in patterns["salary_word"].finditer(text):
        amount = patterns["salary"].search(text, word.end(), word.end() + _AMOUNT_WITHIN)
        if amount is None:
            amount = patterns["salary"].search(text, max(0, word.start() - _NEAR), word.start())
        if amount is not None and not _SENTENCE_END.search(text, *sorted((word.start(), amount.start()))):
            yield *amount.span(), "salary"


def _with_attributes(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span with what says more of the illness: 末期 lung cancer, the right side, a carrier."""
    before = _patterns()["attribute"].search(text, max(0, start - _NEAR), start)
    behind = _patterns()["carrier"].match(text, end)
    return (before.start() if before and before.end() == start else start), (behind.end() if behind else end)


def person_of(text: NamedText, start: int, end: int, kind: str) -> tuple[int, int] | None:
    """Return the name of the person whom a fact is about; None for people of a kind, and for nobody."""
    first, last = _sentence(text, start, end)
    names = text.names_between(first, last)
    if kind == "salary":
        return names[0] if names else None
    said = _patterns()["has"].search(text.text, max(first, start - _NEAR), start)
    if names and (said is not None or _patterns()["has"].match(text.text, start) is not None):
        before = [name for name in names if name[1] <= start]
        clause = _clause(text.text, before[-1][1] if before else first, start)
        of_kind = "talk_behind" if _patterns()["is_one"].search(text.text, clause, start) else "kind_behind"
        # a name behind the fact, in a further clause, is somebody who is to be told, or another one
        is_near = bool(before) or text.text.count(",", end, max(end, names[0][0])) < _CLAUSES
        if is_near and not _is_general(text.text, clause, start, end, of_kind):
            return before[-1] if before else names[0]
    return _subject_of_record(text, first, start, end)


def called(text: NamedText, name: tuple[int, int]) -> tuple[str, str]:
    """Return ``(name, form of address)``: (陳, 婆婆), (Lee, Mrs); a name in full has "" as its form of address."""
    written = text.text[slice(*name)]
    if len(written.split()) > 1 or (len(written) > 1 and not written.isascii()):
        return written, ""
    title = _patterns()["title"].match(text.text, name[1])
    return written, title[0] if title else "-"


def _sentence(text: NamedText, start: int, end: int) -> tuple[int, int]:
    first, last = text.line(start)
    first, last = max(first, start - _FAR), min(last, end + _FAR)
    for edge in _SENTENCE_END.finditer(text.text, first, start):
        first = edge.end()
    edge_after = _SENTENCE_END.search(text.text, end, last)
    return first, edge_after.start() if edge_after else last


def _clause(text: str, first: int, at: int) -> int:
    """Return where the clause at a place begins, ``first`` at the earliest."""
    return max(first, text.rfind(",", first, at) + 1, text.rfind("、", first, at) + 1)


def _is_general(text: str, clause: int, start: int, end: int, behind: str) -> bool:
    """Whether words around a fact, from the beginning of its clause, say that it is about people of a kind or none."""
    if _patterns()["general_before"].search(text, clause, start):
        return True
    line_end = text.find("\n", end, end + _BEHIND)
    last = line_end if line_end >= 0 else min(len(text), end + _BEHIND)
    return _patterns()[behind].match(text, end, last) is not None


def _subject_of_record(text: NamedText, sentence: int, start: int, end: int) -> tuple[int, int] | None:
    """Return the name that a record is about in which a fact stands: it begins a sentence before the fact."""
    for name in reversed(text.names_before(start, _NAMES)):
        if name[0] < start - _RECORD or not _goes_on(text, name, start):
            return None
        inside = max(name[1], sentence) if name[1] > sentence else sentence
        if _is_general(text.text, _clause(text.text, inside, start), start, end, "general_behind"):
            return None
        said_before = max(_sentence(text, *name)[0], name[0] - _FAR)
        before = text.text[said_before : name[0]]
        if _patterns()["reports"].search(text.text, name[1], min(start, name[1] + _NEAR)):
            return None
        is_subject = len(before) <= _SUBJECT_WITHIN or before.rstrip()[-1:] in (",", ":", ";")
        if _patterns()["no_subject"].search(before) or not is_subject:
            continue
        if _patterns()["professional"].match(text.text, name[1]) or _patterns()["professional_before"].search(before):
            continue
        return name
    return None


def _goes_on(text: NamedText, name: tuple[int, int], at: int) -> bool:
    """Whether the record of a name, in its line or behind it, reaches a place: no empty line or other item between."""
    between = text.text[name[1] : at]
    if "\n" not in between:
        return True
    lines = between.split("\n")
    own = text.line(name[0])[0]
    if len(lines) > _RECORD_LINES or not all(line.strip() for line in lines[1:-1]):
        return False
    if name[0] - own > _SUBJECT_WITHIN:
        return False
    head = _NUMBERED.match(text.text, own)
    starts = [text.line(at)[0]]
    while text.line(starts[-1] - 1)[0] > own:
        starts.append(text.line(starts[-1] - 1)[0])
    items = [item[1] for place in starts if (item := _NUMBERED.match(text.text, place))]
    return all(head is not None and item.startswith(f"{head[1]}.") for item in items)


def familiar_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield how people who are known well are called, in a comparable text."""
    for match in _FAMILIAR.finditer(text):
        yield match.span()
