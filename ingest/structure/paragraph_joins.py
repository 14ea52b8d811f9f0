"""Paragraphs a page break has cut in two, and where an element stands on its page."""

from __future__ import annotations

import re

from unstructured.documents.elements import Element, ListItem, NarrativeText, Table, Text, Title

from ingest.structure.blocks import Block, Part
from ingest.structure.clause_markers import markers
from ingest.structure.marker_words import word_list
from kb.language.script import CJK_PROSE
from kb.language.sentences import CLOSERS, LINE_ENDS, STOPS

__all__ = ["append", "box_of", "continues", "cover_lines", "glue", "is_revision_mark", "last_paragraph", "page_of"]

# A cover has no more lines than this, and none longer.
_COVER_LINES = 12
_COVER_CHARS = 80
_PROSE = re.compile(f"[{CJK_PROSE}]")
# "Revised 2020/7" in the margin: says when the clause beside it was changed.
_REVISION_MARK = re.compile(
    r"(?i)(?:revised|amended|added|修訂|增補|新增)?\s*(?:19|20)\d{2}\s*[/.年-]\s*\d{1,2}\s*月?|revised|修訂"
)
# "… are detailed at" / "Annex 6.1.": the end of a sentence, wherever a parser put it.
_REFERENCE_END = re.compile(rf"(?i)(?:{'|'.join(word_list('annex'))}) ?[\w.()]{{1,8}}[.。]")
_SENTENCE_END = re.compile(rf"[{LINE_ENDS}…][{re.escape(CLOSERS)}]*$")


def page_of(element: Element) -> int | None:
    """Page from 1, or ``None`` where the format has no pages."""
    page: int | None = element.metadata.page_number
    return page


def box_of(element: Element) -> tuple[float, float, float, float] | None:
    """x0, y0, x1, y1 in fractions of the page, origin top-left; ``None`` where the place is not known."""
    where = element.metadata.coordinates
    if where is None or not where.points or where.system is None or not where.system.width or not where.system.height:
        return None
    xs = [float(p[0]) / where.system.width for p in where.points]
    ys = [float(p[1]) / where.system.height for p in where.points]
    return (min(xs), min(ys), max(xs), max(ys))


def glue(before: str, after: str, what: str = "body") -> str:
    """Two pieces of one text: no space between Chinese characters, a space between words."""
    if not before or not after:
        return before + after
    heading = what == "heading" and bool(re.search(r"[章部件錄录表]\s*[\d.]*$", before))
    tight = bool(_PROSE.match(before[-1])) and bool(_PROSE.match(after[0])) and not heading
    return before + ("" if tight else " ") + after


def continues(block: Block | None, element: Element) -> bool:
    """Whether ``element`` is the rest of a paragraph cut by a page break.

    Parsers that know say so (``metadata.continued``); else: the next page, no number, no heading, and the
    paragraph before breaks off in the middle of a sentence.
    """
    if block is None:
        return False
    if type(element) not in (NarrativeText, Text, ListItem):
        return bool(_REFERENCE_END.fullmatch(element.text.strip())) and not _SENTENCE_END.search(block.text)
    if getattr(element.metadata, "continued", None):
        return True
    page, this = block.parts[-1].page, page_of(element)
    next_page = page is not None and this == page + 1
    if not next_page or len(block.text) < 12 or _SENTENCE_END.search(block.text) or markers(element.text):
        return False
    first = element.text.strip()[:1]
    chinese = bool(_PROSE.match(first)) and bool(_PROSE.match(block.text[-1]))
    return first.islower() or (chinese and len(block.text) > 20)


def last_paragraph(blocks: list[Block]) -> Block | None:
    """The paragraph or item a page break may have cut; footnotes and marks in the margin may stand behind it."""
    for block in reversed(blocks[-6:]):
        if block.kind in ("text", "list"):
            return block
        if block.kind != "footnote":
            return None
    return None


def append(block: Block, element: Element) -> None:
    """Add the rest of a paragraph; its page and box are kept with the characters that stand there."""
    text = element.text.strip()
    joined = glue(block.text, text)
    start = len(joined) - len(text)
    last = block.parts[-1]
    block.parts[-1] = Part(last.start, start, last.page, last.box)
    block.text = joined
    block.parts.append(Part(start, len(joined), page_of(element), box_of(element)))


def is_revision_mark(element: Element) -> bool:
    return not isinstance(element, Title) and _REVISION_MARK.fullmatch(element.text.strip()) is not None


def cover_lines(elements: list[Element], toc: set[int]) -> int:
    """How many elements at the start are a cover page: a few short lines, no number, no sentence, more pages after."""
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
