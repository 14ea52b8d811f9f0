"""Where typed words stand in a text, whatever the script, width or capitals; with some text around them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from kb.language.script import fold
from kb.language.words import index_words
from kb.library.documents import Library
from kb.search.lexical.chunks_with_words import chunks_with_words
from kb.store.tables.library_tables import ChunkRow

__all__ = ["FoundText", "find_in_version", "found_in", "holds", "parts_of"]

_LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]*")
# Characters shown before and after the words found.
_BEFORE, _AFTER = 30, 70


@dataclass(frozen=True, slots=True)
class FoundText:
    """The first place of the words in a chunk.

    Attributes:
        start, end: the characters of the chunk's text; both 0 if only its headings or title have the words.
        before, words, after: the words with the text around them, on one line.
        page: None where the format has none.
    """

    chunk_id: int
    ordinal: int
    clause: str | None
    heading: str
    page: int | None
    start: int
    end: int
    before: str
    words: str
    after: str


def parts_of(query: str) -> list[str]:
    """Return what was typed, divided at white space; each part must be found."""
    return list(dict.fromkeys(query.split()))


def find_in_version(library: Library, version_id: int, query: str, limit: int) -> list[FoundText]:
    """Return the first place of ``query`` in each chunk of a version that holds all of its parts, in reading order."""
    parts = parts_of(query)
    held = [set(chunks_with_words(library, part, {version_id}).get(version_id, [])) for part in parts]
    rows = library.chunks(set.intersection(*held)) if held else {}
    seen = [row for row in rows.values() if all(holds(row, part) for part in parts)]
    found = (found_in(row, parts) for row in sorted(seen, key=lambda row: row.ordinal))
    return [one for one in found if one.words][:limit]


def found_in(chunk: ChunkRow, parts: Iterable[str]) -> FoundText:
    """Return the first place in ``chunk`` of any of ``parts``."""
    spans = [span for part in parts if (span := _first_place(chunk.text, part))]
    start, end = min(spans, default=(0, 0))
    return FoundText(
        chunk.id,
        chunk.ordinal,
        chunk.clause,
        chunk.heading_path[-1] if chunk.heading_path else "",
        _page_at(chunk, start),
        start,
        end,
        _one_line(("…" if start > _BEFORE else "") + chunk.text[max(0, start - _BEFORE) : start]),
        _one_line(chunk.text[start:end]),
        _one_line(chunk.text[end : end + _AFTER] + ("…" if end + _AFTER < len(chunk.text) else "")),
    )


def holds(chunk: ChunkRow, part: str) -> bool:
    """Whether all words of ``part`` stand in the text of ``chunk`` or in its headings, as its reader sees them."""
    text = "\n".join([chunk.text, *(str(one) for one in chunk.heading_path)])
    return _first_place(text, part) is not None or set(index_words(part)) <= set(index_words(text))


def _first_place(text: str, part: str) -> tuple[int, int] | None:
    """Return (start, end) of ``part`` in ``text``; an English word is also found in another form (visit, visits)."""
    folded, wanted = [fold(char) for char in text], fold(part)
    at = "".join(folded).find(wanted) if wanted else -1
    if at >= 0:
        ends = list(accumulate(len(char) for char in folded))
        return bisect_right(ends, at), bisect_right(ends, at + len(wanted) - 1) + 1
    stems = set(index_words(part))
    for match in _LATIN.finditer(text):
        if stems & set(index_words(match.group())):
            return match.span()
    return None


def _page_at(chunk: ChunkRow, offset: int) -> int | None:
    if not chunk.page_starts:
        return chunk.pages[0] if chunk.pages else None
    at = bisect_right([start for start, _ in chunk.page_starts], offset) - 1
    return int(chunk.page_starts[max(0, at)][1])


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
