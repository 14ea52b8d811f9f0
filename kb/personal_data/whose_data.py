"""Whose a telephone number, an address or an account is: a person's, or an office's, by the words around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from kb.core import data_files
from kb.personal_data.comparable_text import comparable_pattern
from kb.personal_data.private_facts import NamedText
from kb.personal_data.table_cells import Cell

__all__ = ["is_of_a_person", "label_is_of_a_person"]

_ROOM = "kb.personal_data"
_BEFORE, _AFTER = 24, 14
_LINE = 90  # characters around a telephone number that say whose form or record it is in
_SIXTEEN = 16
_GROUND_FLOOR = re.compile(comparable_pattern(r"地下|地鋪|地舖|[GU]/F|(?i:ground floor)|\d+-\d+號"))
_FLAT = re.compile(
    comparable_pattern(r"\d ?(?:室|樓 ?[A-Z]\b)|[A-Z0-9]+室|(?i:\bflat|\brm\b|\broom)|[座樓閣] ?\d{3,4}")
)


@cache
def _words(where: str) -> re.Pattern[str]:
    (pattern,) = (words for name, words in data_files.rows(_ROOM, "context_words.tsv") if name == where)
    return re.compile(comparable_pattern(pattern), re.IGNORECASE)


@cache
def _mailboxes() -> frozenset[str]:
    return frozenset(_words("functional_mailbox").pattern.split("|"))


def is_of_a_person(text: NamedText, kind: str, start: int, end: int, cell: Cell | None) -> bool:
    """Whether an identifier at ``start``–``end`` is a person's.

    Args:
        cell: the cell of a table or form that it stands in, if any.
    """
    if _is_example(text, start):
        return False
    if kind in _BY_CONTEXT:
        return _BY_CONTEXT[kind](text, start, end, cell)
    return True


def label_is_of_a_person(text: NamedText, cell: Cell) -> bool:
    """Whether the value of a cell, whose label names a kind of people's data, is a person's."""
    value = text.text[cell.start : cell.end]
    if _is_example(text, cell.start) or _words("example").match(value):
        return False
    is_own = True
    match cell.kind:
        case "mobile":
            is_own = not _words("office_phone").search(value) and not _is_post(text, cell)
        case "phone":  # in a directory of staff it is a line of the office, unless it looks like a mobile telephone
            is_own = cell.in_list and not cell.of_posts and not _is_post(text, cell)
        case "address":
            is_own = cell.in_list or _address(text, cell.start, cell.end, cell)
        case "health" | "salary" | "note":
            is_own = cell.in_list or _form_has_name(text, cell)
        case "bank" | "card":
            is_own = not _words("office_bank").search(_around(text, cell.start, cell.end, 40))
        case "number":
            is_own = cell.in_list or _number(text, cell.start, cell.end, cell)
        case "birth":
            is_own = not _words("not_birth").search(value)
    return is_own


def _around(text: NamedText, start: int, end: int, far: int) -> str:
    """Return the words of the same line around a place, without the place itself."""
    first, last = text.line(start)
    return text.text[max(first, start - far) : start] + " " + text.text[end : min(last, end + far)]


def _before(text: NamedText, start: int) -> str:
    first, _ = text.line(start)
    return text.text[max(first, start - _BEFORE) : start]


def _phone(text: NamedText, start: int, end: int, cell: Cell | None) -> bool:
    digits = re.sub(r"\D", "", text.text[start:end]).removeprefix("00").removeprefix("852")
    before = _before(text, start)
    label = cell.label if cell is not None else ""
    home = _words("home_phone").search(f"{label} {before}") is not None
    office = _words("office_phone").search(f"{label} {before} {text.text[end : end + _AFTER]}") is not None
    if office and not (home and _words("relation").search(before)):
        return False
    if cell is not None and cell.kind == "office":
        return False
    is_landline = len(digits) == 8 and digits[0] in "0123"
    if home or not is_landline:
        return True
    first, _ = text.line(start)
    said = text.text[max(first, start - _LINE) : start]
    return _words("relation").search(f"{label} {said}") is not None or text.has_identity(start - _LINE, end + _LINE)


def _is_post(text: NamedText, cell: Cell) -> bool:
    return _words("office_phone").search(f"{cell.label} {_before(text, cell.start)}") is not None


def _email(text: NamedText, start: int, end: int, _cell: Cell | None) -> bool:
    address = text.text[start:end].lower().replace(" ", "")
    mailbox, _, domain = address.partition("@")
    if not domain:
        mailbox, _, domain = re.sub(r"\(?at\)?", "@", address).partition("@")
    parts = {part for part in re.split(r"[^a-z]+", mailbox) if part}
    if parts & _mailboxes() or any(len(word) > 4 and word in mailbox for word in _mailboxes()):
        return False
    if _words("free_mail").search(domain):
        return True
    # An address at work is an office's, as its telephone is, unless it stands in somebody's form.
    if _words("office_email").search(_around(text, start, end, 30)):
        return False
    return _words("own_email").search(_before(text, start)) is not None or text.has_identity(start - _LINE, end + _LINE)


def _address(text: NamedText, start: int, end: int, cell: Cell | None) -> bool:
    around = _around(text, start, end, 30)
    piece = text.text[start:end]
    if cell is not None and (cell.in_list or cell.of_posts):
        return cell.in_list
    if _words("home_address").search(f"{around} {cell.label if cell else ''}"):
        return True
    if _words("office_address").search(f"{piece} {around}") or _GROUND_FLOOR.search(piece):
        return False
    first, last = text.line(start)
    return _FLAT.search(piece) is not None or text.has_name(max(first, start - 60), min(last, end + 60))


def _birth(text: NamedText, start: int, end: int, _cell: Cell | None) -> bool:
    """Whether a date of birth is more than a year, or the year of somebody who is named; "or before" is a rule."""
    if _words("not_birth").match(text.text, end):
        return False
    if len(re.findall(r"\d+", text.text[start:end])) > 1 or len(re.sub(r"\D", "", text.text[start:end])) == 8:
        return True
    if re.search(comparable_pattern("月"), text.text[start:end]):
        return True
    return text.has_name(*text.line(start))


def _is_example(text: NamedText, start: int) -> bool:
    """Whether the words just before a piece say that it shows how to write one: 例如：A123456(3), e.g. 1960-01-31."""
    return _words("before_example").search(_before(text, start)) is not None


def _number(text: NamedText, start: int, end: int, _cell: Cell | None) -> bool:
    """Whether a number is a person's; a file's reference (letters and strokes) is an office's if no person is near."""
    before = _before(text, start)
    if not _words("file_label").search(before) or not _words("file_reference").fullmatch(text.text, start, end):
        return True
    first, last = max(0, start - _LINE), min(len(text.text), end + _LINE)
    return text.has_name(first, last) or _words("relation").search(text.text, first, start) is not None


def _bank(text: NamedText, start: int, end: int, cell: Cell | None) -> bool:
    """Whether a number is that of a person's account; numbers that only stand side by side (120 150 180) are none."""
    side_by_side = re.fullmatch(r"\d+(?: \d+)+", text.text[start:end]) and cell is None
    if side_by_side and not _words("bank").search(_around(text, start, end, 40)):
        return False
    return not _words("office_bank").search(_around(text, start, end, 40))


def _social(text: NamedText, start: int, end: int, _cell: Cell | None) -> bool:
    return not _words("office_social").search(_around(text, start, end, 20))


def _card(text: NamedText, start: int, end: int, _cell: Cell | None) -> bool:
    """Whether a number is that of a card: its last figure is right (Luhn), or a word says so."""
    digits = [int(char) for char in re.sub(r"\D", "", text.text[start:end])]
    if len(digits) < _SIXTEEN - 1:
        return True
    doubled = (sum(divmod(2 * one, 10)) for one in digits[-2::-2])
    is_right = (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
    named = re.compile(comparable_pattern("卡|card|visa|master|amex"), re.IGNORECASE)
    return is_right or named.search(_around(text, start, end, 24)) is not None


def _form_has_name(text: NamedText, cell: Cell) -> bool:
    """Whether a name stands in the lines just before a value of a form, or in its own."""
    return text.has_name(max(0, cell.start - 300), cell.start) or text.has_name(
        cell.end, min(len(text.text), cell.end + 60)
    )


_BY_CONTEXT: dict[str, Callable[[NamedText, int, int, Cell | None], bool]] = {
    "phone": _phone,
    "email": _email,
    "address": _address,
    "birth": _birth,
    "bank": _bank,
    "card": _card,
    "social": _social,
    "number": _number,
}
