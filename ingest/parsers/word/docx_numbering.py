"""Automatic numbers of Word. A file holds only their definition ("%1.%2", start at 3), so they are computed here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from ingest.parsers.shared.number_styles import format_number
from ingest.parsers.shared.office_xml import W, is_on, val

__all__ = ["Level", "NumberLabel", "WordNumbering"]

_LEVELS = 9


@dataclass(frozen=True, slots=True)
class NumberLabel:
    """The number that Word shows before a paragraph ("" for a bullet), and its level from 0."""

    text: str
    level: int
    bullet: bool


@dataclass(slots=True)
class Level:
    """The definition of one level. ``kind`` is a number format of OOXML; ``text`` holds %1 … %9 for the numbers."""

    start: int = 1
    kind: str = "decimal"
    text: str = ""
    restart: int | None = None  # restart after this level (1-based), 0 never, None after any higher one
    decimals_only: bool = False  # every number of the label in decimals
    style: str | None = None


class WordNumbering:
    """Counts the numbered paragraphs of a document: call ``label`` once for each, in reading order.

    Source: ECMA-376 part 1, 17.9. Lists with the same abstract definition share their counters. A start override
    restarts the count when its list is used for the first time.
    """

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, Level]] = {}  # numId → levels
        self._abstract: dict[str, str] = {}  # numId → abstractNumId
        self._starts: dict[str, dict[int, int]] = {}  # numId → start overrides
        self._counters: dict[str, dict[int, int]] = {}  # abstractNumId → level → last number
        self._used: set[str] = set()
        if root is not None:
            self._read(root)

    def _read(self, root: etree._Element) -> None:
        definitions: dict[str, etree._Element] = {}
        style_links: dict[str, etree._Element] = {}
        for definition in root.iter(W + "abstractNum"):
            definitions[val(definition, "abstractNumId") or ""] = definition
            link = val(definition.find(W + "styleLink"))
            if link:
                style_links[link] = definition
        for num in root.iter(W + "num"):
            num_id, key = val(num, "numId") or "", val(num.find(W + "abstractNumId")) or ""
            if key not in definitions:
                continue
            definition = definitions[key]
            linked = style_links.get(val(definition.find(W + "numStyleLink")) or "")
            if linked is not None:
                definition, key = linked, val(linked, "abstractNumId") or key
            levels = {_int(val(lvl, "ilvl")): _level(lvl) for lvl in definition.findall(W + "lvl")}
            for override in num.findall(W + "lvlOverride"):
                index = _int(val(override, "ilvl"))
                replaced = override.find(W + "lvl")
                if replaced is not None:
                    levels[index] = _level(replaced)
                start = val(override.find(W + "startOverride"))
                if start is not None:
                    self._starts.setdefault(num_id, {})[index] = _int(start)
            self._levels[num_id], self._abstract[num_id] = levels, key

    def define(self, num_id: str, abstract_id: str, levels: dict[int, Level]) -> None:
        """Add a list that was read from a DOC."""
        self._levels[num_id], self._abstract[num_id] = levels, abstract_id

    def level_of_style(self, style_id: str, num_id: str) -> int | None:
        """Return the level that a list links to a paragraph style (style-linked numbering); None without a link."""
        levels = self._levels.get(num_id, {})
        return next((index for index, level in levels.items() if level.style == style_id), None)

    def label(self, num_id: str, level: int) -> NumberLabel | None:
        """Count one paragraph and return its label; None if the list is not defined."""
        levels = self._levels.get(num_id)
        level = min(max(level, 0), _LEVELS - 1)
        if levels is None or level not in levels:
            return None
        counters = self._counters.setdefault(self._abstract[num_id], {})
        if num_id not in self._used:
            self._used.add(num_id)
            for index, start in self._starts.get(num_id, {}).items():
                counters[index] = start - 1
        current = levels[level]
        counters[level] = counters.get(level, current.start - 1) + 1
        for index in range(level):  # "2.1" as the first number of the document: the 2 counts as used
            if index in levels:
                counters.setdefault(index, levels[index].start)
        for index in range(level + 1, _LEVELS):
            lower = levels.get(index)
            if lower is None or lower.restart is None or (lower.restart > 0 and level < lower.restart):
                counters.pop(index, None)
        if current.kind == "bullet":
            return NumberLabel("", level, bullet=True)
        return NumberLabel(self._write(levels, counters, current), level, bullet=False)

    def _write(self, levels: dict[int, Level], counters: dict[int, int], current: Level) -> str:
        def number(match: re.Match[str]) -> str:
            index = int(match.group(1)) - 1
            of = levels.get(index, Level())
            kind = "decimal" if current.decimals_only and of.kind not in ("none", "bullet") else of.kind
            return format_number(counters.get(index, of.start), kind)

        text = re.sub(r"%([1-9])", number, current.text).strip()
        return re.sub(r"(?<=\d)\.$", "", text)  # "3.2." is cited as 3.2


def _level(element: etree._Element) -> Level:
    kind = val(element.find(W + "numFmt"))
    alternate = element.find(f".//{W}numFmt")  # newer formats hide in mc:AlternateContent
    restart = val(element.find(W + "lvlRestart"))
    return Level(
        start=_int(val(element.find(W + "start")), 1),
        kind=kind or val(alternate) or "decimal",
        text=val(element.find(W + "lvlText")) or "",
        restart=_int(restart) if restart is not None else None,
        decimals_only=bool(is_on(element.find(W + "isLgl"))),
        style=val(element.find(W + "pStyle")),
    )


def _int(text: str | None, default: int = 0) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else default
