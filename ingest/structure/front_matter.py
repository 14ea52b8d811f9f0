"""Cover pages and tables of contents.

A table of contents repeats every heading: search would find it instead of the clauses.
"""

from __future__ import annotations

import re

from unstructured.documents.elements import Element, Table

from ingest.structure.clause_markers import markers
from ingest.structure.element_positions import page_of
from ingest.structure.marker_words import word_list
from kb.language.script import half_width
from kb.language.sentences import STOPS

__all__ = ["cover_element_count", "toc_elements"]

# A cover has no more lines than this, and none longer.
_COVER_LINES = 12
_COVER_CHARS = 80
_LEADER = re.compile(r"(?:[.…·．‧]\s?){4,}\s*[\divxlc]+\s*$", re.IGNORECASE)
_ENDS_WITH_PAGE = re.compile(r"[\s.…\t](?:\d{1,4}|[ivxl]{1,5})(?:\s*[-–至]\s*\d{1,4})?\s*$")
# The first entry's heading must come again in the main text within so many elements.
_MAX_ELEMENTS = 500


def cover_element_count(elements: list[Element], toc: set[int]) -> int:
    """Return how many elements at the start are a cover page; 0 without one.

    A cover is a few short lines on page 1 without a number or a sentence, and more elements follow. ``toc`` holds the
    indices of :func:`toc_elements`.
    """
    count = 0
    while count < len(elements) and count not in toc and page_of(elements[count]) == 1:
        text = elements[count].text.strip()
        if count > _COVER_LINES or len(text) > _COVER_CHARS or isinstance(elements[count], Table):
            return 0
        if text.endswith(tuple(STOPS)) or any(
            m.kind in ("chapter", "annex", "part") for m in markers(text, heading=True)
        ):
            return 0
        count += 1
    return count if count < len(elements) else 0


def toc_elements(elements: list[Element]) -> set[int]:
    """Return the indices of the elements of tables of contents, with their headings."""
    found: set[int] = set()
    for start, element in enumerate(elements):
        if start not in found and _is_heading(element.text):
            found.update(range(start, _end(elements, start)))
    found.update(_dot_leader_elements(elements))
    return found


def _is_heading(text: str) -> bool:
    first = text.strip().split("\n")[0]
    return re.sub(r"\s+", " ", first).strip(" :：").casefold() in word_list("toc") or (
        re.sub(r"\s", "", first) in word_list("toc")
    )


def _entry_key(text: str) -> str:
    """Return what an entry and its heading have in common: the number, else the words without the page number."""
    line = half_width(text.strip()).split("\n")[0]
    found = markers(line, heading=True)
    if found and found[0].kind in ("chapter", "annex", "part", "article", "dotted"):
        return f"{found[0].kind} {found[0].label}"
    return re.sub(r"[\s.…·‧]+", "", _ENDS_WITH_PAGE.sub("", line)).casefold()


def _is_entry(text: str) -> bool:
    """Return whether the line ends in a page number; the heading's own number ("Chapter 1") is none."""
    found = markers(text, heading=True)
    return bool(_ENDS_WITH_PAGE.search(" " + text[found[0].end if found else 0 :]))


def _end(elements: list[Element], start: int) -> int:
    """Return the end of the table of contents with its heading at ``start``: where its first entry comes again."""
    lines = elements[start].text.strip().split("\n")[1:]
    entries = lines or [e.text for e in elements[start + 1 : start + 6]]
    entry = next((t for t in entries if len(t.strip()) > 4), "")
    key = _entry_key(entry) if entry else ""
    first = start + 1 if lines else start + 2
    for index in range(first, min(len(elements), start + _MAX_ELEMENTS)):
        text = elements[index].text
        if key and index > first and _entry_key(text) == key and not _is_entry(text):
            return index
    return _entries_end(elements, start + 1)


def _entries_end(elements: list[Element], start: int) -> int:
    """Return the end of the lines that end in a page number, for when the first entry's heading was not found."""
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


def _dot_leader_elements(elements: list[Element]) -> set[int]:
    """Return the elements of contents without a heading: three or more lines with dot leaders and a page number."""
    marked = {i for i, e in enumerate(elements) if _LEADER.search(e.text)}
    return {i for i in marked if sum(j in marked for j in range(i - 3, i + 4)) >= 3}
