"""Which paragraphs of a Word document are headings: by outline level and style, else by number and appearance."""

from __future__ import annotations

import re
from itertools import pairwise

from lxml import etree
from unstructured.documents.elements import Element, NarrativeText, Title

from ingest.parsers.shared.element_builder import one_line
from ingest.parsers.shared.office_xml import W, val
from ingest.parsers.shared.text_headings import bullet_text, heading_level, is_numbered, looks_like_heading
from ingest.parsers.word.docx_numbering import NumberLabel
from ingest.parsers.word.docx_styles import Style
from ingest.parsers.word.docx_text import ParagraphText

__all__ = ["HeadingDetector", "promote_headings"]

# chapter and annex headings, which are headings even when they are not bold: 第三章 …, ANNEX B, B. ROLE OF …
_UNSTYLED = re.compile(
    r"第\s*[〇零一二三四五六七八九十百\d]+\s*[章節节編编部]|(?:附件|附錄|附表)\s*[一二三四五六七八九十\dA-Z甲乙丙丁]+(?:\s|[:：]|$)"
    r"|(?:CHAPTER|PART|ANNEX|APPENDIX|Chapter|Annex|Appendix)\s+(?:[IVX]+|\d+|[A-Z])\b"
    r"|(?:[A-Z]|[IVX]+|\d+)\.\s+[A-Z][A-Z ,&'’/-]{3,}$"
)
_MAX_HEADING = 200  # characters; a longer paragraph in a heading style is prose


class HeadingDetector:
    """Decides for each paragraph in turn; a heading without a style is one level below the last styled heading."""

    def __init__(self, default_size: int) -> None:
        self._default_size = default_size
        self._last_styled: int | None = None
        self._is_first = True

    def level(
        self,
        text: str,
        found: ParagraphText,
        style: Style,
        label: NumberLabel | None,
        properties: etree._Element | None,
    ) -> int | None:
        """Return the heading level from 0; None for body text. Call it once per paragraph, in order."""
        is_first, self._is_first = self._is_first, False
        if len(text) > _MAX_HEADING:
            return None
        outline = val(properties.find(W + "outlineLvl")) if properties is not None else None
        if outline and outline.isdigit():  # stated for this paragraph itself; 9 is body text
            stated = int(outline) if int(outline) < 9 else None
        else:
            stated = style.heading if style.heading is not None else style.outline
        if stated is not None:
            self._last_styled = stated
            return stated
        if outline or not _looks_like_heading(text, found, label):
            return None
        by_number = heading_level(_with_number(text, label))
        if self._last_styled is not None and (by_number is not None or label is None):
            return self._last_styled + 1
        if by_number is not None or label is not None:
            return by_number  # None for (a), i., (一): an emphasised item
        return 0 if is_first or found.size > self._default_size + 4 else 1


def promote_headings(elements: list[Element]) -> list[Element]:
    """Make headings of short numbered paragraphs whose next element has a number below theirs.

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


def _with_number(text: str, label: NumberLabel | None) -> str:
    return one_line(f"{label.text} {text}" if label else text)


def _looks_like_heading(text: str, found: ParagraphText, label: NumberLabel | None) -> bool:
    """Return whether a paragraph is bold or starts like a chapter, is short, and has no bullet, tab or final stop."""
    line = _with_number(text, label)
    if not (found.bold or _UNSTYLED.match(text)) or (label is not None and label.bullet):
        return False
    if not looks_like_heading(line) or bullet_text(text) or "\t" in found.text.strip():
        return False
    return is_numbered(line) or not text.endswith((":", "："))
