"""Headings and list items in text without styles: recognised by typed numbers, line length, punctuation."""

from __future__ import annotations

import re

from kb.language.script import display_width
from kb.language.sentences import PAUSES, STOPS

__all__ = ["bullet_text", "heading_level", "is_numbered", "looks_like_heading"]

_CN = "[〇零一二三四五六七八九十百千廿卅\\d０-９]+"
# (pattern of a typed number, heading level from 0); the first match counts
_NUMBERS = [
    (re.compile(rf"第\s*{_CN}\s*[編编部冊卷篇](?=[\s:：、.．　]|[^\d]|$)"), 0),
    (re.compile(rf"第\s*{_CN}\s*章"), 0),
    (re.compile(rf"第\s*{_CN}\s*[節节]"), 1),
    (re.compile(r"(?:PART|CHAPTER|Part|Chapter)\s+(?:[IVXLC]+|\d+|[A-Z])\b"), 0),
    (re.compile(r"(?:APPENDIX|ANNEX|Appendix|Annex|SCHEDULE|Schedule)\s+(?:[IVXLC]+|\d+|[A-Z])\b"), 0),
    (re.compile(rf"(?:附件|附錄|附录|附表)\s*(?:{_CN}|[A-Z甲乙丙丁戊己庚辛]|[IVX]+)"), 0),
    (re.compile(r"(?:SECTION|Section)\s+\d+(?:\.\d+)*\b"), 1),
    (re.compile(rf"{_CN}[、．]"), 1),
    (re.compile(r"\d{1,3}(?:\.\d{1,3}){3,}\.?(?=\s|[^\d.\s])"), 4),
    (re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}\.?(?=\s|[^\d.\s])"), 3),
    (re.compile(r"\d{1,3}\.\d{1,3}\.?(?=\s|[^\d.\s])"), 2),
    (re.compile(r"\d{1,3}[.．]?(?=\s|[^\d.\s])(?:\s|(?<=[.．]))"), 1),
    (re.compile(r"[IVX]{1,5}\.\s"), 1),
    (re.compile(r"[A-Z]\.\s"), 1),
]
_ITEM = re.compile(
    rf"(?:[(（]\s*(?:[A-Za-z]{{1,4}}|\d{{1,3}}|{_CN}|[甲乙丙丁戊己庚辛壬癸])\s*[)）]"
    rf"|(?:[A-Za-z]|[ivx]{{1,5}}|\d{{1,3}})[)）]|[a-z]\.\s|[ivx]{{1,5}}\.\s|[①-⑳⑴-⒇⒈-⒛㈠-㈩]"
    rf"|[甲乙丙丁戊己庚辛壬癸][、．.])"
)
_BULLET = re.compile("(?:[•‣▪▫●○◦◆◇■□►▶➢✓✔※★·∙\uf0b7\uf0a7\uf0d8\uf0fc]\\s*|[-–—*+o]\\s+)(?=\\S)")
_ENDING = tuple(STOPS + PAUSES + "．!！")
_MAX_WIDTH = 80


def bullet_text(line: str) -> str | None:
    """Return the text after a typed bullet, or None without one: "- Bring a copy" → "Bring a copy"."""
    match = _BULLET.match(line)
    return line[match.end() :] if match else None


def is_numbered(line: str) -> bool:
    """Return whether the line starts with a typed clause or item number."""
    return bool(_ITEM.match(line)) or any(pattern.match(line) for pattern, _ in _NUMBERS)


def heading_level(line: str) -> int | None:
    """Return the heading level (0 = top) of the typed number at the start of the line; None without such a number."""
    return next((level for pattern, level in _NUMBERS if pattern.match(line)), None)


def looks_like_heading(line: str) -> bool:
    """Return whether a line can be a heading: short, one line, no closing punctuation. Its position must fit too."""
    if "\n" in line or not 2 <= display_width(line) <= _MAX_WIDTH or not any(char.isalpha() for char in line):
        return False
    if bullet_text(line) or re.search(r"://|www\.|\S@\S", line):
        return False
    if line.endswith(_ENDING) or (line.endswith(".") and " " in line):
        return False
    return not re.search(r"[。；]|[.!?]\s+[A-Z]", re.sub(r"^\S+\s", "", line))
