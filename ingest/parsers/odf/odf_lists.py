"""Automatic list and heading numbers of OpenDocument."""

from __future__ import annotations

import re

from lxml import etree

from ingest.parsers.odf.odf_xml import NS
from ingest.parsers.shared.number_styles import format_number
from ingest.parsers.shared.office_xml import local_name

__all__ = ["OdfLists"]

_FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_CHINESE = {
    "一": "chineseCounting",
    "壹": "ideographLegalTraditional",
    "甲": "ideographTraditional",
    "①": "decimalEnclosedCircle",
}


class OdfLists:
    """The list styles by name, and the current numbers of all lists."""

    def __init__(self, *roots: etree._Element | None) -> None:
        self._styles: dict[str, dict[int, etree._Element]] = {}
        self._outline: dict[int, etree._Element] = {}
        for root in roots:
            for style in root.iter(f"{NS['text']}list-style", f"{NS['text']}outline-style") if root is not None else ():
                levels = {
                    int(level.get(f"{NS['text']}level") or "1"): level for level in style if isinstance(level.tag, str)
                }
                if local_name(style) == "outline-style":
                    self._outline = levels
                else:
                    self._styles[style.get(f"{NS['style']}name") or ""] = levels
        self._counts: dict[str, dict[int, int]] = {}

    def restart(self, style: str, element: etree._Element) -> None:
        """Restart the numbers of ``style`` for a new list, unless ``element`` states the list that it continues."""
        if element.get(f"{NS['text']}continue-list") is None:
            self._counts.pop(style, None)

    def number(self, style: str, level: int, item: etree._Element) -> str | None:
        """Count one item and return its number at this level; None for a bullet."""
        start = item.get(f"{NS['text']}start-value")
        return self._next(self._styles.get(style, {}), style, level, int(start) if start and start.isdigit() else None)

    def heading(self, level: int) -> str | None:
        """Count one heading and return its number at this outline level; None if headings are not numbered."""
        return self._next(self._outline, "\0outline", level, None)

    def _next(self, levels: dict[int, etree._Element], key: str, level: int, start: int | None) -> str | None:
        definition = levels.get(level)
        if definition is None:
            return None
        counts = self._counts.setdefault(key, {})
        counts[level] = start if start is not None else counts.get(level, _start(definition) - 1) + 1
        for deeper in [index for index in counts if index > level]:
            del counts[deeper]
        if _format(definition) is None:
            return None
        shown = int(definition.get(f"{NS['text']}display-levels") or "1")
        numbers = []
        for index in range(max(1, level - shown + 1), level + 1):
            kind = _format(levels.get(index))
            if kind:
                numbers.append(format_number(counts.get(index, _start(levels.get(index))), kind))
        prefix, suffix = (
            definition.get(f"{NS['style']}num-prefix") or "",
            definition.get(f"{NS['style']}num-suffix") or "",
        )
        return re.sub(r"(?<=\d)\.$", "", f"{prefix}{'.'.join(numbers)}{suffix}".strip()) or None


def _format(level: etree._Element | None) -> str | None:
    if level is None or not local_name(level).endswith(("level-style-number", "outline-level-style")):
        return None
    form = level.get(f"{NS['style']}num-format") or ""
    return _FORMATS.get(form) or _CHINESE.get(form[:1]) or None


def _start(level: etree._Element | None) -> int:
    text = level.get(f"{NS['text']}start-value") if level is not None else None
    return int(text) if text and text.isdigit() else 1
