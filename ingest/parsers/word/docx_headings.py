"""Which paragraphs of a Word document are headings: outline level, style, else number and look."""

from __future__ import annotations

import re
from itertools import pairwise

from lxml import etree
from unstructured.documents.elements import Element, NarrativeText, Title

from ingest.parsers.shared.element_builder import one_line
from ingest.parsers.shared.office_xml import W, val
from ingest.parsers.shared.text_headings import bullet_text, heading_level, is_numbered, looks_like_heading
from ingest.parsers.word.docx_numbering import Label
from ingest.parsers.word.docx_styles import Style
from ingest.parsers.word.docx_text import ParagraphText

__all__ = ["HeadingJudge", "promoted"]

# chapter and annex headings are headings even when nobody made them bold: 第三章 …, ANNEX B, B. ROLE OF …
_UNSTYLED = re.compile(
    r"第\s*[〇零一二三四五六七八九十百\d]+\s*[章節节編编部]|(?:附件|附錄|附表)\s*[一二三四五六七八九十\dA-Z甲乙丙丁]+(?:\s|[:：]|$)"
    r"|(?:CHAPTER|PART|ANNEX|APPENDIX|Chapter|Annex|Appendix)\s+(?:[IVX]+|\d+|[A-Z])\b"
    r"|(?:[A-Z]|[IVX]+|\d+)\.\s+[A-Z][A-Z ,&'’/-]{3,}$"
)
_MAX_HEADING = 200  # characters; a longer paragraph in a heading style is prose


class HeadingJudge:
    """Asked once per paragraph, in order: a heading known by its look stands below the last styled one."""

    def __init__(self, default_size: int) -> None:
        self._default_size = default_size
        self._last: int | None = None
        self._is_first = True

    def level(
        self, text: str, found: ParagraphText, style: Style, label: Label | None, properties: etree._Element | None
    ) -> int | None:
        """Heading level from 0, None for body text."""
        is_first, self._is_first = self._is_first, False
        if len(text) > _MAX_HEADING:
            return None
        outline = val(properties.find(W + "outlineLvl")) if properties is not None else None
        if outline and outline.isdigit():  # said of this paragraph itself; 9 is body text
            stated = int(outline) if int(outline) < 9 else None
        else:
            stated = style.heading if style.heading is not None else style.outline
        if stated is not None:
            self._last = stated
            return stated
        if outline or not _looks_set_off(text, found, label):
            return None
        by_number = heading_level(_shown(text, label))
        if self._last is not None and (by_number is not None or label is None):
            return self._last + 1
        if by_number is not None or label is not None:
            return by_number  # None for (a), i., (一): an emphasised item
        return 0 if is_first or found.size > self._default_size + 4 else 1


def promoted(elements: list[Element]) -> list[Element]:
    """Make headings of the short numbered paragraphs whose very next element is numbered below them.

    "2.2 Handling money" before "2.2.1 …" is a heading whatever its style.
    """
    result = list(elements)
    for index, (element, following) in enumerate(pairwise(elements)):
        clause = getattr(element.metadata, "clause", None) or ""
        below = getattr(following.metadata, "clause", None) or ""
        if (
            isinstance(element, NarrativeText)
            and clause
            and below.startswith(f"{clause}.")
            and looks_like_heading(element.text)
        ):
            element.metadata.category_depth = clause.count(".")
            result[index] = Title(element.text, metadata=element.metadata)
    return result


def _shown(text: str, label: Label | None) -> str:
    return one_line(f"{label.text} {text}" if label else text)


def _looks_set_off(text: str, found: ParagraphText, label: Label | None) -> bool:
    """Bold or opening like a chapter, short, without closing punctuation, no bullet, no tab inside."""
    shown = _shown(text, label)
    if not (found.bold or _UNSTYLED.match(text)) or (label is not None and label.bullet):
        return False
    if not looks_like_heading(shown) or bullet_text(text) or "\t" in found.text.strip():
        return False
    return is_numbered(shown) or not text.endswith((":", "："))
