"""Running heads, feet and page numbers: text at the same position on several pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from ingest.parsers.pdf.layout.fragments import Fragment
from ingest.parsers.pdf.layout.typed_labels import PAGE_OF, read_label

__all__ = ["ZONE", "without_running_heads"]

ZONE = 0.12  # share of the page height at top and bottom where running text is looked for
_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"^[ivxlc]+$", re.I)
_PAGE_MARK = re.compile(  # a number, perhaps between dashes, "Page 3 of 9", "第 3 頁"; but not "(c)", which is a clause
    r"^[\s\-–—]*(?:page|p\.|第|頁)?\s*(?:\d{1,4}|[ivxlc]{1,6}(?![)）.]))\s*(?:頁|页)?\s*"
    r"(?:(?:of|/|／|，?\s*共)\s*\d{1,4}\s*(?:頁|页)?)?[\s\-–—]*$",
    re.I,
)
_EXPLICIT = re.compile(r"^[\s\-–—(（\[]*(page|p\.|第)\s*\d+\s*(頁|页)?(\s*(of|/|共|，共)\s*\d+)?.{0,2}$", re.I)
_SECTION = re.compile(r"^(annex|appendix|chapter|part|schedule|附件|附錄|附表|第.{1,4}[章部])", re.I)

Page = tuple[Sequence[Fragment], float]  # fragments, page height


def without_running_heads(pages: Sequence[Page]) -> list[list[Fragment]]:
    """Return the fragments of each page without running heads, feet and page numbers.

    A running head or foot is within 12% of the top or bottom edge, at the same height on at least three pages (on every
    page of a shorter document), with the same text there except for a number that counts with the pages. The first
    "Annex 2" stays: it is the heading of the following text. A label such as "(b)" beside text that stays, stays too,
    and so does a number in a row of numbers: a table may go on at the top of a page.
    In a document of one page nothing is repeated: there a row of small type with the page number is removed, and a
    similar row at the top.
    """
    places: dict[tuple[str, int, bool], list[tuple[int, Fragment]]] = defaultdict(list)
    for number, (fragments, height) in enumerate(pages):
        for f in fragments:
            if f.bottom < ZONE * height or f.top > (1 - ZONE) * height:
                places[_key(f, height)].append((number, f))
    dropped: set[int] = set()
    least = 3 if len(pages) > 4 else max(2, len(pages))
    for (shape, _, at_bottom), found in places.items():
        if shape == "#" or _PAGE_MARK.match(found[0][1].text):
            dropped |= _page_numbers(found, len(pages))
        else:
            dropped |= _repeated(found, least, len(pages), at_bottom)
    dropped -= _list_labels(pages, dropped) | _table_numbers(pages, dropped)
    dropped |= _repeated_sections(pages)
    if len(pages) == 1:
        dropped |= _running_of_one_page(*pages[0])
    return [[f for f in fragments if id(f) not in dropped] for fragments, _ in pages]


def _repeated_sections(pages: Sequence[Page]) -> set[int]:
    """Return the ids of annex labels that the previous page has too: "Annex 5.2 (P. 2/6)" is no new heading."""
    dropped: set[int] = set()
    before: set[str] = set()
    for fragments, height in pages:
        here: set[str] = set()
        for f in fragments:
            if f.bottom < ZONE * height and _SECTION.match(f.text) and len(f.text) < 30:
                name = PAGE_OF.sub("", f.text).strip()
                here.add(name)
                if name in before:
                    dropped.add(id(f))
        before = here
    return dropped


def _list_labels(pages: Sequence[Page], dropped: set[int]) -> set[int]:
    """Return which of ``dropped`` are list labels: several pages may start with "(b)".

    A label is part of a running head only if its whole row is dropped, as in "A. | Leave".
    """
    kept: set[int] = set()
    for fragments, _ in pages:
        for f in fragments:
            label = read_label(f.text) if id(f) in dropped else None
            if label is None or label.kind == "section" or label.end < len(f.text) or _PAGE_MARK.match(f.text):
                continue
            row = [other for other in fragments if other is not f and _same_row(f, other)]
            if not row or any(id(other) not in dropped for other in row):
                kept.add(id(f))
    return kept


def _table_numbers(pages: Sequence[Page], dropped: set[int]) -> set[int]:
    """Return which of ``dropped`` are bare numbers with another bare number in their row: cells of a table."""
    kept: set[int] = set()
    for fragments, _ in pages:
        bare = [f for f in fragments if f.text.strip().isdigit()]
        for f in bare:
            if id(f) in dropped and any(other is not f and _same_row(f, other) for other in bare):
                kept.add(id(f))
    return kept


def _running_of_one_page(fragments: Sequence[Fragment], height: float) -> set[int]:
    """Return the ids of the foot of a one-page document (small type with the page number) and of a similar head.

    Small type above the foot stays: it may be footnotes.
    """
    sizes: Counter[float] = Counter()
    for f in fragments:
        sizes[f.size] += len(f.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    number = next((f for f in fragments if f.top > (1 - ZONE) * height and _is_page_one(f.text)), None)
    if number is None or number.size >= 0.9 * body:
        return set()
    foot = [f for f in fragments if _same_row(f, number)]
    if any(abs(f.size - number.size) > 0.3 or f.x1 > number.x1 for f in foot):
        return set()
    top = min(fragments, key=lambda f: f.top)
    head = [f for f in fragments if _same_row(f, top)]
    if top.bottom > ZONE * height or any(abs(f.size - number.size) > 0.3 for f in head):
        head = []
    return {id(f) for f in (*head, *foot)}


def _is_page_one(text: str) -> bool:
    return bool(_EXPLICIT.match(text) or (_PAGE_MARK.match(text) and text.strip(" -–—") == "1"))


def _same_row(one: Fragment, two: Fragment) -> bool:
    return abs(one.baseline - two.baseline) < 0.4 * max(one.size, two.size)


def _key(f: Fragment, height: float) -> tuple[str, int, bool]:
    shape = _DIGITS.sub("#", f.text)
    if _ROMAN.match(shape):
        shape = "#"
    return shape, 0 if shape == "#" else round(f.baseline / 6), f.middle > height / 2


def _page_numbers(found: list[tuple[int, Fragment]], pages: int) -> set[int]:
    """Return the ids of numbers that count with the pages; a single "Page 3 of 9" is enough."""
    offsets: dict[int, list[tuple[int, Fragment]]] = defaultdict(list)
    dropped: set[int] = set()
    for number, f in found:
        digits = _DIGITS.search(f.text)
        if _EXPLICIT.match(f.text):
            dropped.add(id(f))
        elif digits:
            offsets[int(digits.group()) - number].append((number, f))
        elif pages > 2:
            dropped.add(id(f))
    for same in offsets.values():
        if len({number for number, _ in same}) >= 2:
            dropped |= {id(f) for _, f in same}
    return dropped


def _repeated(found: list[tuple[int, Fragment]], least: int, pages: int, at_bottom: bool) -> set[int]:
    by_text: dict[str, list[tuple[int, Fragment]]] = defaultdict(list)
    numbered: list[tuple[int, Fragment]] = []
    for last, (number, f) in zip([None, *found], found, strict=False):
        by_text[f.text].append((number, f))
        if last and read_label(f.text) is None and _counts_with_pages(last[1].text, f.text, number - last[0]):
            numbered += [last, (number, f)]
    dropped: set[int] = set()
    if len({number for number, _ in numbered}) >= min(least, 2):
        dropped |= {id(f) for _, f in numbered}
    for text, same in by_text.items():
        if len({number for number, _ in same}) >= least:
            # a head that starts later heads something, and the head of a short document may be its title; a foot is
            # neither
            keep_first = _SECTION.match(text) or (not at_bottom and (len(same) < 0.4 * pages or pages < 5))
            dropped |= {id(f) for _, f in (same[1:] if keep_first else same)}
    return dropped


def _counts_with_pages(one: str, two: str, pages: int) -> bool:
    """Return whether exactly one number differs between two texts, by ``pages``, the distance of their pages."""
    pairs = [(int(a), int(b)) for a, b in zip(_DIGITS.findall(one), _DIGITS.findall(two), strict=False)]
    changed = [b - a for a, b in pairs if a != b]
    return changed == [pages]
