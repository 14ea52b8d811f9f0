"""The title of a document: what it is about, not whose paper it is written on.

A title that the file states is often that of a program ("Microsoft Word - x.doc"), a scanner or a template; the largest
line of a first page is often the letterhead, or only says "Circular". Such lines are passed over. What names the
document is looked for in this order:

1. the subject line of a memo or letter that also says to whom, from whom or when,
2. the title that the file states, or the large lines of its first page,
3. the name of the file,
4. where the file's name says nothing either: the number of a circular, any heading.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import cache

from unstructured.documents.elements import Element, Table, Title

from ingest.structure.clause_markers import markers
from ingest.structure.effective_dates import label_words
from ingest.structure.element_positions import page_of
from ingest.structure.table_lines import table_block
from kb.core import data_files
from kb.language.quantities.dates import find_dates
from kb.language.script import display_width, half_width, is_han
from kb.language.sentences import STOPS

__all__ = ["choose_title"]

# The letterhead, the addressees and the subject of a letter are among so many lines.
_HEAD_LINES = 30
# Columns. What is longer is a sentence.
_WIDEST = 160
_DAY_OF_WEEK = 9  # Wednesday
_SEPARATORS = re.compile(r"\s+[|｜»–—\-:：·•]+\s+|\s*[|｜»]\s*")
_WRAPPED = re.compile(r"^[【〖《〈「『\"“'‘\[(（](?P<inside>.+)[】〗》〉」』\"”'’\])）]$")
_LAST_BRACKET = re.compile(r"\s*[(（][^()（）]{1,20}[)）]$")
_WORD = re.compile(r"[A-Za-z][A-Za-z’'.&-]*")


@cache
def _words(name: str) -> tuple[str, ...]:
    words: dict[str, list[str]] = data_files.json_data("ingest.structure", "title_words.json")
    return tuple(words[name])


@cache
def _whole(*names: str) -> re.Pattern[str]:
    """Return a pattern that matches a line which one of the lists ``names`` describes."""
    return re.compile("|".join(one for name in names for one in _words(name)), re.IGNORECASE)


def choose_title(stated: str | None, large_lines: Sequence[str], elements: Sequence[Element], name: str) -> str:
    """Return the title of a document.

    Args:
        stated: the title of the file's metadata, or of its title style; None without.
        large_lines: headings of the first page, the largest first; empty where the format does not tell.
        elements: of the document, in reading order.
        name: of the file; with an empty name ``stated`` stands as it is.
    """
    if not name:
        return (stated or "").strip()
    stem = os.path.splitext(name.rsplit("/", 1)[-1])[0].strip()
    lines = list(_head_lines(elements))
    candidates = [cleaned for one in (stated, *large_lines) if one and (cleaned := _clean(one))]
    found = _subject(lines)
    found = found or next((one for one in candidates if not _is_letterhead(one) and not _is_numbered(one)), None)
    if found is None and _whole("placeholder").fullmatch(stem):
        headings = (_clean(one.text) for one in elements[:_HEAD_LINES] if isinstance(one, Title))
        found = next((one for one in (*candidates, *headings) if one and not _is_letterhead(one)), None)
    return found or stem or (stated or "").strip()


def _head_lines(elements: Sequence[Element]) -> Iterator[str]:
    """Yield the first lines of a document; the cells of a table's row are separated by tabs."""
    count = 0
    for element in elements:
        if page_of(element) not in (None, 1):
            return
        text = table_block(element).text if isinstance(element, Table) else element.text
        for line in text.split("\n"):
            if line.strip():
                yield line.strip()
                count += 1
            if count >= _HEAD_LINES:
                return


def _clean(text: str) -> str:
    """Return a title on one line, without "Fw:", without brackets around it, without the name of the web site."""
    text = " ".join(text.split())
    reply = re.compile(rf"^(?:(?:{'|'.join(_words('reply'))})\s*[:：]\s*)+", re.IGNORECASE)
    text = reply.sub("", text)
    if (wrapped := _WRAPPED.match(text)) and not re.search(r"[】》」』)）\]].*[【《「『(（\[]", wrapped["inside"]):
        text = wrapped["inside"].strip()
    parts = [part for part in _SEPARATORS.split(text) if part.strip()]
    if len(parts) > 1:
        kept = [part for part in parts if not _is_organisation(part) and not _whole("site_part").fullmatch(part)]
        if len(kept) == 1 and len(parts) > len(kept):
            text = kept[0].strip()
    return text


def _subject(lines: Sequence[str]) -> str | None:
    """Return the subject of a memo or letter: the document also says to whom, from whom or when."""
    label = re.compile(rf"(?:{'|'.join(_words('subject'))})\s*(?:[:：]\s*|\t\s*)(?P<subject>.*)", re.IGNORECASE)
    if not any(_is_addressee(line) for line in lines):
        return None
    for index, line in enumerate(lines):
        match = label.fullmatch(half_width(line)) and label.match(line.replace("：", ":"))
        if not match:
            continue
        text = match["subject"].strip(" \t:") or (lines[index + 1] if index + 1 < len(lines) else "")
        text = _clean(text.split("\t")[0])
        if text and not _is_addressee(text) and not _is_letterhead(text):
            return text
    return None


def _is_addressee(line: str) -> bool:
    """Return whether a line starts with "To:", "From:", "Date:", 「致：」 or the like."""
    flat = half_width(line).replace("\t", ":", 1) if "\t" in line else half_width(line)
    label, colon, _ = flat.partition(":")
    return (
        bool(colon)
        and _whole("addressee").fullmatch(re.sub(r"\s+", " ", label).strip(" .").replace("　", "")) is not None
    )


def _is_letterhead(text: str) -> bool:
    """Return whether a line says nothing of what the document is about."""
    parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    if len(parts) > 1 and all(_is_letterhead(part) for part in parts):
        return True
    flat = half_width(text).strip(" :.*_=-")
    tight = re.sub(r"\s+", "", flat)
    if not any(char.isalpha() for char in flat) or display_width(text) > _WIDEST or text.endswith(tuple(STOPS)):
        return True
    if _whole("placeholder", "logo", "marking", "salutation", "page").fullmatch(flat):
        return True
    return (
        _whole("marking", "salutation", "page").fullmatch(tight) is not None
        or _is_form(flat)
        or _is_addressee(text)
        or _is_date(flat)
        or _is_address(flat)
        or _is_organisation(text)
    )


def _is_form(flat: str) -> bool:
    """Return whether a line only names the kind of paper: "Circular", "INTERNAL MEMO", 「內部通告」, "Policy"."""
    kind, before, alone = ("|".join(_words(name)) for name in ("form", "form_before", "form_alone"))
    pattern = re.compile(rf"(?:(?:{before}|{kind})\s*)*(?:{kind})|{alone}", re.IGNORECASE)
    return all(pattern.fullmatch(re.sub(r"\s+", "" if is_han(one[0]) else " ", one)) for one in _by_script(flat))


def _is_date(flat: str) -> bool:
    """Return whether a line is a date, perhaps with the day of the week."""
    rest = flat
    for start, end, _ in reversed(find_dates(flat)):
        rest = rest[:start] + rest[end:]
    return rest != flat and display_width("".join(char for char in rest if char.isalpha())) <= _DAY_OF_WEEK


def _is_address(flat: str) -> bool:
    """Return whether a line is an address, a phone number, an e-mail or web address."""
    if re.search(r"[\w.]+@[\w-]+\.\w|https?://|www\.", flat):
        return True
    english = {one.casefold() for one in re.findall(rf"\b(?:{'|'.join(_words('address'))})(?!\w)", flat, re.IGNORECASE)}
    chinese = [one for one in _words("address_cjk") if re.search(one, flat)]
    has_digit = any(char.isdigit() for char in flat)
    return ((len(english) >= 2 or len(chinese) >= 2) and has_digit) or len(english) >= 3


def _is_organisation(text: str) -> bool:
    """Return whether a line is the name of an organisation or of a part of one, in Chinese, English or both."""
    flat = half_width(" ".join(text.split())).strip(" :.,-")
    flat = _LAST_BRACKET.sub("", flat)
    if not flat or any(char.isdigit() for char in flat) or _names_a_document(flat):
        return False
    return all(_is_organisation_name(part) for part in _by_script(flat))


def _names_a_document(flat: str) -> bool:
    words = {word.casefold() for word in _WORD.findall(flat)}
    folded = flat.casefold()
    return any(
        (one in words or (" " in one and one in folded)) if one.isascii() else one in flat
        for one in label_words("document")
    )


def _is_organisation_name(part: str) -> bool:
    if is_han(part[0]):
        tight = re.sub(r"\s+", "", part)
        return len(tight) >= 3 and re.search(rf"(?:{'|'.join(_words('organisation_end_cjk'))})$", tight) is not None
    words = _WORD.findall(part)
    names = [
        word
        for word in words
        if word.casefold() not in ("of", "for", "the", "and", "to", "in", "on", "at", "a", "an", "&")
    ]
    if len(words) < 2 or not names or not all(word[0].isupper() for word in names):
        return False
    if re.search("|".join(_words("organisation_middle")), part, re.IGNORECASE):
        return True
    ends = re.search(rf"\b(?:{'|'.join(_words('organisation_end'))})\.?$", part, re.IGNORECASE) is not None
    return ends and not any(word.casefold() in ("for", "on", "to", "in", "at") for word in words)


def _is_numbered(text: str) -> bool:
    """Return whether a line is a clause of the document, or the number of a circular."""
    if any(marker.kind in ("article", "dotted") for marker in markers(text, heading=True)):
        return True
    flat = half_width(text)
    kinds = "|".join(_words("form"))
    before = "|".join(_words("form_before"))
    number = r"\s*(?:(?:no|number|ref)\.?\s*:?|第|編號)?\s*[\d一二三四五六七八九十零〇/()A-Z-]+\s*號?"
    return re.fullmatch(rf"(?:(?:{before})\s*)*(?:{kinds}){number}", flat, re.IGNORECASE) is not None


def _by_script(text: str) -> list[str]:
    """Return the Chinese and the Latin parts of a line: 「和諧社 Harmony Society」 has two."""
    found = re.findall(r"[A-Za-z][A-Za-z0-9’'.,&()/ -]*|[^A-Za-z]+", text)
    parts = [one.strip(" :.,-–|/&") for one in found]
    return [part for part in parts if any(char.isalpha() for char in part)]
