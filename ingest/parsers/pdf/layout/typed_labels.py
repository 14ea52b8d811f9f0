"""Typed labels at the start of a line: clause numbers, list marks, section names."""

from __future__ import annotations

import re
from typing import NamedTuple

from kb.language.script import HAN, is_cjk

__all__ = ["PAGE_OF", "TypedLabel", "is_section_name", "read_label"]

_DIGITS = "〇零一二三四五六七八九十百"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "section",
        re.compile(
            r"(?:chapter|part|annex|appendix|schedule|enclosure|section)\s+(?:\d+(?:\.\d+)*[A-Za-z]?|[IVXL]+|[A-Z])\b[.:：]?",
            re.I,
        ),
    ),
    ("section", re.compile(rf"第\s*[{_DIGITS}\d]+\s*[章部篇編節]")),
    (
        "section",
        re.compile(rf"(?:附件|附錄|附表|附錄表)\s*(?:[{_DIGITS}]+|\d+(?:\.\d+)*[A-Za-z]?|[A-ZIVX]+)?(?!\w)"),
    ),
    ("article", re.compile(rf"第\s*[{_DIGITS}\d]+\s*[條款項]")),
    ("number", re.compile(r"\d{1,3}(?:\.\d{1,3}){1,4}[A-Z]?\.?(?![\d%])")),
    ("simple", re.compile(r"\d{1,3}[.．、](?!\d)")),
    ("bracket", re.compile(r"[(（](?:\d{1,3}|[a-zA-Z]{1,2}|[ivxIVX]{1,6})[)）]")),
    ("han", re.compile(rf"[(（][{_DIGITS}]+[)）]|[{_DIGITS}]{{1,3}}[、．.]|[甲乙丙丁戊己庚辛]、")),
    ("half", re.compile(r"(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[)）]")),
    ("letter", re.compile(rf"(?:[A-Za-z]|[IVX]{{1,5}})\.(?=\s|$|[{HAN}])")),
    ("note", re.compile(r"(?:note|注|註|備註|附註)\s*\d{0,2}[:：]", re.I)),
    ("circled", re.compile(r"[①-⓿❶-➓㈠-㈩]")),
    ("bullet", re.compile(r"[•●■▪◦○□◆◇❖➢✓☑►▶※·‧–—*-](?=\s|\S)")),
)
PAGE_OF = re.compile(
    r"[(（]?\s*(?:p\.?|page|第)\s*[\d一二三四五六七八九十]+\s*(?:(?:/|of)\s*\d+)?\s*頁?\s*[)）]?$"
    r"|[(（]\s*\d+\s*/\s*\d+\s*[)）]$",
    re.I,
)
_BELONGS = re.compile(r"\s*(?:to|of|之|的)\s*", re.I)
_DASHES = "–—*-·‧"


class TypedLabel(NamedTuple):
    """The label at the start of a line. ``end``: offset after it."""

    kind: str
    text: str
    end: int

    @property
    def depth(self) -> int:
        """Number of levels of a decimal number: 3 for "3.2.1"; 0 for other labels."""
        return len(re.findall(r"\d+", self.text)) if self.kind == "number" else 0


def read_label(text: str) -> TypedLabel | None:
    """Return the label at the start of ``text``, or ``None``."""
    for kind, pattern in _PATTERNS:
        match = pattern.match(text)
        if not match:
            continue
        rest = text[match.end() :]
        if (
            kind == "bullet"
            and match.group() in _DASHES
            and not (rest.startswith(" ") or (len(rest) > 1 and is_cjk(rest[0])))
        ):
            continue
        return TypedLabel(kind, match.group(), match.end())
    return None


def is_section_name(text: str) -> bool:
    """Return whether ``text`` is only the label of a section: "Annex 5.1 (P. 1)", 「附件5.1之附錄1」."""
    rest = PAGE_OF.sub("", text).strip()
    for _ in range(2):
        label = read_label(rest)
        if label is None or label.kind != "section":
            return False
        rest = re.sub(r"^[(（][a-zA-Z\d]{1,2}[)）]", "", rest[label.end :])  # "Annex 5.3(a)"
        if not rest:
            return True
        belongs = _BELONGS.match(rest)
        rest = rest[belongs.end() :] if belongs else ""
    return False
