"""Where personal data stands in a text. The ways of writing it are brought to one form first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from kb.core import data_files
from kb.personal_data import bare_chinese_names, hkid, personal_names, romanised_names
from kb.personal_data.comparable_text import ComparableText, comparable, comparable_pattern

__all__ = ["find_personal_data", "identifiers_in", "merged", "names_in"]

PersonalData = tuple[int, int, str]  # start, end, kind

_ROOM = "kb.personal_data"
# A number after one of these words is that of a form or a receipt, and one before these units counts something.
_NO_PHONE_BEFORE = re.compile(comparable_pattern(
    r"(?i:單號|編號|檔號|案號|表格|發票|收據|\bform|\bref\b\.?|\bno\b\.?|invoice|order|receipt|version|isbn|\$|hkd|usd)"
    r"[ :#.]{0,3}$"
))  # fmt: skip
_NO_PHONE_AFTER = re.compile(comparable_pattern(r" ?(?:元|蚊|美元|人次|人|次|字|dollars|people)"))
# Eight figures that are a date, a range of years or of times.
_DATE = re.compile(
    r"(?:19|20)\d\d([-/. ]?)(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])$"
    r"|(?:[0-2]?\d|3[01])([-/. ]?)(?:0?[1-9]|1[0-2])\2(?:19|20)\d\d$"
    r"|(?:19|20)\d\d ?[-/ ] ?(?:19|20)\d\d$|2[0-3][03]0 ?[-/~] ?[0-2]\d[0-5]\d$"
)
# The word of a number for everybody, just before it. A mobile number (4 to 9) is nobody's hotline.
_HOTLINE = re.compile(comparable_pattern(r"(?i:熱線|hotline|總機|enquiry line)[^\d\n。;]{0,14}$"))
_SHORTEST = {"bank": 9, "card": 7}
_LOOK_BACK = 40  # characters before a piece that may say what it is
# The place of an address often follows these words; they are not a part of it.
_BEFORE_ADDRESS = re.compile(
    comparable_pattern(r"^[\u4e00-\u9fff]{0,7}(?:於|在|到|往|址|住|位|由|至|從|去|系|喺|是)(?=[\u4e00-\u9fff]{2})")
)
_HAS_PLACE = re.compile(comparable_pattern(r"\d|[一二三四五六七八九十]+[號樓座室]|[邨村苑].+[樓閣座]"))
_ADDRESS_PART = re.compile(r"[ ,]+")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    """Return (kind, pattern, what a text must have for it), in the order of the file."""
    parts: dict[str, str] = {}
    for name, pattern in data_files.rows(_ROOM, "pattern_parts.tsv"):
        parts[name] = _with_parts(pattern, parts)
    found = []
    for kind, pattern, *needed in data_files.rows(_ROOM, "personal.tsv"):
        compiled = re.compile(comparable_pattern(_with_parts(pattern, parts)))
        found.append((kind, compiled, re.compile(comparable_pattern(needed[0] if needed else ""))))
    return tuple(found)


def _with_parts(pattern: str, parts: dict[str, str]) -> str:
    for name, part in parts.items():
        pattern = pattern.replace(f"<{name}>", part)
    return pattern


@cache
def _public_numbers() -> frozenset[str]:
    """Return the digits of public telephone numbers, which are not personal data."""
    lines = data_files.lines(_ROOM, "public.txt")
    return frozenset(re.sub(r"\D", "", re.split(r" (?=[A-Z])", line, maxsplit=1)[0]) for line in lines)


def find_personal_data(text: str, known_names: Collection[str] = ()) -> Iterator[PersonalData]:
    """Yield the pieces of personal data in order, without overlap. The earlier start wins, then the longer piece.

    Args:
        known_names: names that were found in other texts of the same matter, as :func:`.comparable` writes them. They
            are found here without a title too.
    """
    view = comparable(text)
    found = [(*view.span(start, end), kind) for start, end, kind in _pieces(view, known_names)]
    if "\n" in view.text:
        joined = view.joined_lines()
        found += _across_lines(text, joined, _pieces(joined, known_names))
    at = 0
    for start, end, kind in merged(sorted(found, key=lambda one: (one[0], -one[1]))):
        if start >= at:
            yield start, end, kind
            at = end


def _across_lines(text: str, joined: ComparableText, pieces: Iterable[PersonalData]) -> list[PersonalData]:
    """Return the pieces that go on in the next line; all others are in the text with its lines."""
    spans = [(*joined.span(start, end), kind) for start, end, kind in pieces]
    return [one for one in spans if "\n" in text[one[0] : one[1]]]


def merged(found: Iterable[PersonalData]) -> Iterator[PersonalData]:
    """Yield the pieces; one that begins inside another and ends behind it makes that one longer."""
    current: PersonalData | None = None
    for start, end, kind in found:
        if current is not None and start < current[1]:
            current = (current[0], max(current[1], end), current[2])
            continue
        if current is not None:
            yield current
        current = (start, end, kind)
    if current is not None:
        yield current


def _pieces(view: ComparableText, known_names: Collection[str]) -> Iterator[PersonalData]:
    text = view.text
    yield from identifiers_in(text)
    names = names_in(text)
    for start, end in [*names, *_again(text, {*known_names, *(text[start:end] for start, end in names)})]:
        yield start, end, "name"


def names_in(text: str) -> list[tuple[int, int]]:
    """Return ``(start, end)`` of the names in a text of :mod:`.comparable_text`; they may overlap."""
    names = list(personal_names.find_in_comparable(text))
    names += bare_chinese_names.find_in_comparable(text)
    names += romanised_names.find_in_comparable(text)
    return names


def identifiers_in(text: str) -> Iterator[PersonalData]:
    """Yield the numbers, addresses and dates of birth in a text of :mod:`.comparable_text`; they may overlap."""
    for match in hkid.HKID.finditer(text):
        if hkid.is_valid(*match.groups()):
            yield match.start(), match.end(), "hkid"
    for kind, pattern, needed in _patterns():
        if not needed.search(text):
            continue
        for match in pattern.finditer(text):
            start, end = match.span("it" if "it" in pattern.groupindex else 0)
            end = start + len(text[start:end].rstrip(" ,、:"))
            if end > start and _is_personal(kind, text, start, end):
                yield (start + _lead(text[start:end]) if kind == "address" else start), end, kind


def _is_personal(kind: str, text: str, start: int, end: int) -> bool:
    piece, before = text[start:end], text[max(0, start - _LOOK_BACK) : start]
    digits = re.sub(r"\D", "", piece)
    if kind == "phone":
        public = digits.removeprefix("852") in _public_numbers() or (digits[0] in "23" and _HOTLINE.search(before))
        other = _NO_PHONE_BEFORE.search(before) or _NO_PHONE_AFTER.match(text, end) or _DATE.match(piece)
        return not public and not other
    if kind == "address":
        return _HAS_PLACE.search(piece) is not None and (not piece.isascii() or len(_ADDRESS_PART.split(piece)) > 2)
    return len(digits) >= _SHORTEST.get(kind, 0) and len(piece.strip()) > 2


def _lead(address: str) -> int:
    match = _BEFORE_ADDRESS.match(address)
    return match.end() if match else 0


def _again(text: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield every other place of a name that was found once, of three characters or more."""
    for name in names:
        whole = name.strip()
        if len(whole) < 3:
            continue
        edge = r"(?<![A-Za-z])", r"(?![A-Za-z])"
        pattern = re.escape(whole) if not whole.isascii() else f"{edge[0]}{re.escape(whole)}{edge[1]}"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield match.span()
