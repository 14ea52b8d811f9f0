"""Paragraphs that a page break has cut in two."""

from __future__ import annotations

import re

from unstructured.documents.elements import Element, ListItem, NarrativeText, Text, Title

from ingest.structure.blocks import Block, BlockPart
from ingest.structure.clause_markers import markers
from ingest.structure.element_positions import box_of, page_of
from ingest.structure.marker_words import word_list
from kb.language.script import CJK_PROSE
from kb.language.sentences import CLOSERS, LINE_ENDS

__all__ = ["append_element", "is_continuation", "is_revision_mark", "join_texts", "last_paragraph"]

_PROSE = re.compile(f"[{CJK_PROSE}]")
# "Revised 2020/7" in the margin: the date when the clause beside it was changed.
_REVISION_MARK = re.compile(
    r"(?i)(?:revised|amended|added|修訂|增補|新增)?\s*(?:19|20)\d{2}\s*[/.年-]\s*\d{1,2}\s*月?|revised|修訂"
)
# "… are detailed at" / "Annex 6.1.": the end of a sentence, even if a parser made it an element of its own.
_REFERENCE_END = re.compile(rf"(?i)(?:{'|'.join(word_list('annex'))}) ?[\w.()]{{1,8}}[.。]")
_SENTENCE_END = re.compile(rf"[{LINE_ENDS}…][{re.escape(CLOSERS)}]*$")


def join_texts(before: str, after: str, heading: bool = False) -> str:
    """Join two pieces of one text: no space between Chinese characters, a space between words.

    Args:
        heading: whether the pieces are a heading; then a space follows a chapter or annex number (「第三章 假期」).
    """
    if not before or not after:
        return before + after
    spaced = heading and bool(re.search(r"[章部件錄录表]\s*[\d.]*$", before))
    tight = bool(_PROSE.match(before[-1])) and bool(_PROSE.match(after[0])) and not spaced
    return before + ("" if tight else " ") + after


def is_continuation(block: Block | None, element: Element) -> bool:
    """Return whether ``element`` is the rest of the paragraph ``block``, which a page break has cut.

    A parser that knows it sets ``metadata.continued``. Otherwise the element must be on the next page, be no heading
    and have no number, and the paragraph must end in the middle of a sentence.
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
    """Return the paragraph or list item that a page break may have cut; footnotes and margin marks may follow it."""
    for block in reversed(blocks[-6:]):
        if block.kind in ("text", "list"):
            return block
        if block.kind != "footnote":
            return None
    return None


def append_element(block: Block, element: Element) -> None:
    """Add the rest of a paragraph to ``block``, with its page and box as a part of its own."""
    text = element.text.strip()
    joined = join_texts(block.text, text)
    start = len(joined) - len(text)
    last = block.parts[-1]
    block.parts[-1] = BlockPart(last.start, start, last.page, last.box)
    block.text = joined
    block.parts.append(BlockPart(start, len(joined), page_of(element), box_of(element)))


def is_revision_mark(element: Element) -> bool:
    """Return whether the element is a mark in the margin such as "Revised 2020/7"."""
    return not isinstance(element, Title) and _REVISION_MARK.fullmatch(element.text.strip()) is not None
