"""Which paragraphs are headings (and their depth), entries of a table of contents, footnotes.

Signs of a heading: larger or bolder type than the body, a number, capitals; it is short and not a sentence. Statistics
of words are not used, because they are valid for one language only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.parsers.pdf.layout.paragraphs import Paragraph
from ingest.parsers.pdf.layout.rulings import Ruling
from ingest.parsers.pdf.layout.text_repair import join_lines
from ingest.parsers.pdf.layout.typed_labels import is_section_name
from kb.language.script import display_width, is_cjk
from kb.language.sentences import PAUSES, STOPS

__all__ = ["body_size", "is_contents_heading", "join_titles", "mark_contents", "mark_footnotes", "mark_headings"]

MAX_HEADING = 140  # columns; longer text in bold is a paragraph
_SENTENCE_END = tuple(STOPS + PAUSES)
_LEADERS = re.compile(r"(?:[.．…·]\s*){4,}|\.{3,}|…{2,}|_{6,}")
_ENDS_IN_PAGE = re.compile(r"[\s.…]\d{1,4}(?:\s*[-–]\s*\d{1,4})?$")
_CONTENTS_HEADING = re.compile(
    r"^(?:table\s+of\s+)?contents$|^(?:list of )?(?:annexes|appendices)$|^目\s*[錄次录]$|^index$", re.I
)
_FOOT_MARK = re.compile(r"^(?:[*#†‡§]+|\d{1,2}|[\u2460-\u2473]|[¹²³⁰⁴-⁹]+)(?=\D)")


def body_size(paragraphs: Sequence[Paragraph]) -> float:
    """Return the type size of most of the text, rounded to half a point."""
    sizes: Counter[float] = Counter()
    for p in paragraphs:
        for line in p.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def mark_headings(paragraphs: Sequence[Paragraph], body: float) -> None:
    """Set ``depth`` of the headings: by their number if they have one, else by their type size."""
    opening = _page_openers(paragraphs)
    headings = [p for p in paragraphs if id(p) in opening or _is_heading(p, body)]
    headings = [p for p in headings if not (p.toc or p.footnote or p.margin)]
    sizes = sorted({round(p.size) for p in headings if p.size > 1.12 * body}, reverse=True)[:3]
    has_chapters = any(p.label and p.label.kind == "section" for p in headings)
    current = 0
    for p in headings:
        if p.label and p.label.kind == "section":
            p.depth = 0
        elif p.label and p.label.depth:
            p.depth = p.label.depth - (1 if has_chapters or p.label.depth > 1 else 0)
        elif round(p.size) in sizes:
            p.depth = min(sizes.index(round(p.size)), 2)
        else:
            p.depth = min(current + 1, 5)
            continue
        current = p.depth


def _page_openers(paragraphs: Sequence[Paragraph]) -> set[int]:
    """Return the ids of annex labels at the start of a page ("Annex 5.1"); they are headings even in small type."""
    found: set[int] = set()
    page, opening = 0, False
    for p in paragraphs:
        if p.margin:
            continue
        if is_section_name(p.text) and (p.page != page or opening):
            found.add(id(p))
            opening = True
        else:
            opening = False
        page = p.page
    return found


def _is_heading(p: Paragraph, body: float) -> bool:
    if _cannot_be_heading(p, body):
        return False
    if p.label and p.label.kind == "section":
        return p.bold or p.size > 1.05 * body or _reads_as_title(p.text[p.label.end :].strip())
    size = display_width(p.text)
    numbered = p.label is not None and p.label.kind == "number"
    large = p.size >= 1.15 * body and size <= 120
    bold = p.bold and display_width(p.text.strip("()（）")) >= 3 and (numbered or size <= 110)
    capitals = p.text.isupper() and size > 6 and len(p.lines) <= 2 and len(p.text.split()) >= 2
    return large or bold or capitals


def _cannot_be_heading(p: Paragraph, body: float) -> bool:
    """Return whether length, last character, label or type size exclude a heading, even in bold."""
    text = p.text
    item = p.label is not None and p.label.kind in ("bullet", "bracket", "half", "note", "circled")
    return (
        len(p.lines) > 3
        or display_width(text) > MAX_HEADING
        or not any(ch.isalpha() for ch in text)
        or text.endswith((*_SENTENCE_END, "."))
        or (item and p.size < 1.15 * body)
        or "□" in text
        or text.count("_") > 3
        or p.size < 0.85 * body
    )


def _reads_as_title(rest: str) -> bool:
    """Return whether what follows "Annex 2" is a name ("Annex 2 Forms"), not a sentence ("Annex 2 shows …")."""
    return display_width(rest) <= 60 and (not rest or rest[0].isupper() or is_cjk(rest[0]) or rest[0] in "(（–-:：")


def is_contents_heading(text: str) -> bool:
    """Return whether ``text`` is the heading of a table of contents."""
    return bool(_CONTENTS_HEADING.match(text))


def mark_contents(pages: Sequence[Sequence[Paragraph]]) -> None:
    """Set ``toc`` of the entries of a table of contents: they are not headings, and search must not find them."""
    inside = False
    for page in pages:
        flowing = [p for p in page if not p.margin]
        entries = [_is_entry(p) for p in flowing]
        start = next((i for i, p in enumerate(flowing) if _CONTENTS_HEADING.match(p.text)), None)
        dotted = sum(1 for p in flowing if _LEADERS.search(p.text) and _ENDS_IN_PAGE.search(p.text))
        share = sum(entries) / max(1, len(entries))
        numbered = sum(1 for p in flowing if p.label and p.label.kind in ("number", "section"))
        widest = max((display_width(p.text) for p in flowing), default=0)
        goes_on = share >= 0.85 and numbered >= 0.5 * len(flowing) and widest < 260
        inside = inside and (start is not None or goes_on)
        if start is not None and (sum(entries[start:]) >= 0.7 * max(1, len(entries) - start)):
            inside = True
        for i, p in enumerate(flowing):
            if (inside and i >= (start or 0)) or (
                dotted >= 3 and _LEADERS.search(p.text) and _ENDS_IN_PAGE.search(p.text)
            ):
                p.toc = True


def _is_entry(p: Paragraph) -> bool:
    text = p.text
    if _ENDS_IN_PAGE.search(text) or _LEADERS.search(text):
        return True
    return display_width(text) <= 160 and not text.endswith((*_SENTENCE_END, "."))


def mark_footnotes(page: Sequence[Paragraph], horizontal: Sequence[Ruling], height: float, body: float) -> None:
    """Set ``footnote`` of small type at the bottom of a page, from a footnote mark or a short ruling on."""
    body = min(body, body_size(page))
    small = [p for p in page if p.size <= 0.93 * body and p.box[1] > 0.4 * height and not p.margin]
    if not small:
        return
    larger = [p for p in page if p.size > 0.93 * body and not p.margin]
    rules = [r.at for r in horizontal if 40 < r.end - r.start < 240 and r.at > 0.35 * height]
    started = False
    for p in small:
        left, top, right, _ = p.box
        if any(other.box[3] > top + 2 and other.box[0] < right and other.box[2] > left for other in larger):
            continue  # body text of the same column follows below
        under = any(0 <= top - at < 3.0 * body for at in rules)
        started = started or under or bool(_FOOT_MARK.match(p.text))
        p.footnote = started


def join_titles(page: list[Paragraph]) -> list[Paragraph]:
    """Join the lines of one heading: "Chapter 1" with the title below it, and a title with manual line breaks."""
    joined: list[Paragraph] = []
    for p in page:
        last = joined[-1] if joined else None
        if last is not None and last.depth is not None and p.depth is not None and _same_title(last, p):
            space = " " if last.label and last.label.end >= len(last.text) else ""
            text = f"{last.text}{space}{p.text}" if space else join_lines(last.text, p.text)
            last.lines = [*last.lines, *p.lines]
            last.text = text
        else:
            joined.append(p)
    return joined


def _same_title(last: Paragraph, p: Paragraph) -> bool:
    gap = (p.box[1] - last.box[3]) / max(p.size, 1.0)
    if p.label is not None or abs(last.size - p.size) > 0.15 * p.size or last.bold != p.bold or gap < -0.5:
        return False
    (l0, _, l1, _), (p0, _, p1, _) = last.box, p.box
    centred = abs((l0 + l1) - (p0 + p1)) < 16
    if last.label is not None and last.label.kind == "section" and last.label.end >= len(last.text):
        return gap < 3.5 and (centred or abs(l0 - p0) < 8 or abs(l1 - p1) < 8)
    return gap < (1.1 if centred else 0.6) and len(last.text) + len(p.text) < 120 and (centred or abs(l0 - p0) < 3)
