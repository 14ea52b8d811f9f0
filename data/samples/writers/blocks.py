"""The source format: front matter, then Markdown whose paragraphs may begin with a clause number."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Block", "Source", "read_source", "strip_marks"]

_HEADING = re.compile(r"(#{1,4}) (.+)")
_CLAUSE = re.compile(r"(\d+(?:\.\d+)+) (.+)")
_ITEM = re.compile(r"(\([a-z]\)) (.+)")
_FOOTNOTE = re.compile(r"\[\^(\d+)\]: (.+)")
_MARK = re.compile(r"\[\^(\d+)\]")
_PREFIXES = {"- ": "bullet", "> ": "box", "Note: ": "note"}


@dataclass(slots=True)
class Block:
    """kind: heading | clause | item | bullet | box | note | text | table | pagebreak."""

    kind: str
    text: str = ""
    number: str = ""
    level: int = 0
    rows: list[list[str]] = field(default_factory=list)
    footnotes: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Source:
    """A source file: ``name`` is the name of the file to build, ``options`` its front matter."""

    name: str
    path: Path
    options: dict[str, Any]
    body: str
    blocks: list[Block]

    @property
    def title(self) -> str:
        """The first level-one heading."""
        return next((b.text for b in self.blocks if b.kind == "heading" and b.level == 1), self.name)


def strip_marks(text: str) -> str:
    """The text without its footnote marks."""
    return _MARK.sub("", text)


def _block(line: str) -> Block:
    if line == "!pagebreak":
        return Block("pagebreak")
    if match := _HEADING.fullmatch(line):
        return Block("heading", match[2], level=len(match[1]))
    if match := _CLAUSE.fullmatch(line):
        return Block("clause", match[2], number=match[1])
    if match := _ITEM.fullmatch(line):
        return Block("item", match[2], number=match[1])
    for prefix, kind in _PREFIXES.items():
        if line.startswith(prefix):
            return Block(kind, line.removeprefix(prefix))
    return Block("text", line)


def read_source(path: Path) -> Source:
    """Read one ``NAME.md``; the built file is called NAME."""
    raw = path.read_text(encoding="utf-8")
    options: dict[str, Any] = {}
    if raw.startswith("---\n"):
        front, raw = raw[4:].split("\n---\n", 1)
        options = yaml.safe_load(front)
    notes = dict(_FOOTNOTE.findall(raw))
    body = _FOOTNOTE.sub("", raw).strip() + "\n"
    blocks: list[Block] = []
    for line in filter(None, (line.strip() for line in body.splitlines())):
        if line.startswith("|"):
            if not blocks or blocks[-1].kind != "table":
                blocks.append(Block("table"))
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not all(set(cell) <= set("-:") and cell for cell in cells):
                blocks[-1].rows.append(cells)
            continue
        block = _block(line)
        block.footnotes = [(number, notes[number]) for number in _MARK.findall(block.text)]
        blocks.append(block)
    return Source(path.name.removesuffix(".md"), path, options, body, blocks)
