"""Tables of contents: they repeat every heading and would be found instead of the clauses they point to."""

from __future__ import annotations

import re

from unstructured.documents.elements import Element

from ingest.structure.clause_markers import markers
from ingest.structure.marker_words import word_list
from kb.language.script import half_width

__all__ = ["toc_elements"]

_LEADER = re.compile(r"(?:[.…·．‧]\s?){4,}\s*[\divxlc]+\s*$", re.IGNORECASE)
_ENDS_WITH_PAGE = re.compile(r"[\s.…\t](?:\d{1,4}|[ivxl]{1,5})(?:\s*[-–至]\s*\d{1,4})?\s*$")
# Where the body's first heading must turn up again after the contents.
_LONGEST = 500


def toc_elements(elements: list[Element]) -> set[int]:
    """Indices of the elements that make up tables of contents (heading included)."""
    found: set[int] = set()
    for start, element in enumerate(elements):
        if start not in found and _is_heading(element.text):
            found.update(range(start, _end(elements, start)))
    found.update(_leaders(elements))
    return found


def _is_heading(text: str) -> bool:
    first = text.strip().split("\n")[0]
    return re.sub(r"\s+", " ", first).strip(" :：").casefold() in word_list("toc") or (
        re.sub(r"\s", "", first) in word_list("toc")
    )


def _key(text: str) -> str:
    """What an entry and the heading it points to have in common: the number, else the words without the page."""
    line = half_width(text.strip()).split("\n")[0]
    found = markers(line, heading=True)
    if found and found[0].kind in ("chapter", "annex", "part", "article", "dotted"):
        return f"{found[0].kind} {found[0].label}"
    return re.sub(r"[\s.…·‧]+", "", _ENDS_WITH_PAGE.sub("", line)).casefold()


def _is_entry(text: str) -> bool:
    """Whether the line ends in a page number that is not the heading's own number ("Chapter 1")."""
    found = markers(text, heading=True)
    return bool(_ENDS_WITH_PAGE.search(" " + text[found[0].end if found else 0 :]))


def _end(elements: list[Element], start: int) -> int:
    lines = elements[start].text.strip().split("\n")[1:]
    entries = lines or [e.text for e in elements[start + 1 : start + 6]]
    entry = next((t for t in entries if len(t.strip()) > 4), "")
    key = _key(entry) if entry else ""
    first = start + 1 if lines else start + 2
    for index in range(first, min(len(elements), start + _LONGEST)):
        text = elements[index].text
        if key and index > first and _key(text) == key and not _is_entry(text):
            return index
    return _run(elements, start + 1)


def _run(elements: list[Element], start: int) -> int:
    """End of the entries that follow when the body's first heading was not found: lines that end in a page."""
    end, misses = start, 0
    for index in range(start, len(elements)):
        lines = elements[index].text.split("\n")
        if sum(bool(_ENDS_WITH_PAGE.search(" " + line)) for line in lines) * 2 >= len(lines):
            end, misses = index + 1, 0
        else:
            misses += 1
        if misses > 2:
            break
    return end


def _leaders(elements: list[Element]) -> set[int]:
    """Contents without a heading: dot leaders that end in a page number, three lines or more together."""
    marked = {i for i, e in enumerate(elements) if _LEADER.search(e.text)}
    return {i for i in marked if sum(j in marked for j in range(i - 3, i + 4)) >= 3}
