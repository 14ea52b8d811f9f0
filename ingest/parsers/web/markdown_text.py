"""Markdown: front matter, headings, lists with their numbers, tables, code. Rendered to HTML, then read as such."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import markdown

from ingest.parsers.shared.encoding import decode
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.web.html_page import parse_html

__all__ = ["parse"]

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
# Markdown wants an empty line before a list; people and other programs do without
_LIST_AFTER_TEXT = re.compile(r"(?m)^(?!\s*(?:[-*+]|\d+[.)])\s)(\S.*)\n(?=(?:[-*+]|1[.)])\s)")
# clauses written line under line are paragraphs of their own, though Markdown would run them together
_CLAUSE_AFTER_TEXT = re.compile(
    r"(?<=\S)\n(?=(?:\d+(?:\.\d+)+\.?|第[一二三四五六七八九十百\d]+[條章節]|[(（][a-z一二三四五六七八九十\d]{1,3}[)）])\s*\S)"
)


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read a Markdown file; title and date come from its front matter, else the first heading."""
    text = decode(path.read_bytes())[0].replace("\r\n", "\n")
    front = _FRONT.match(text)
    stated = _front_matter(front.group(1)) if front else {}
    text = text[front.end() :] if front else text
    text = _LIST_AFTER_TEXT.sub(r"\1\n\n", _CLAUSE_AFTER_TEXT.sub("\n\n", text))
    text = re.sub(r"(?m)^( *)(\d+)\)(?=\s)", r"\1\2.", text)  # "1)" is a list in CommonMark
    html = markdown.markdown(_wide_indents(text), extensions=["tables", "fenced_code", "sane_lists", "footnotes"])
    parsed = parse_html(f"<html><body>{html}</body></html>", keep_all=True)
    first = next((element.text for element in parsed.elements if element.category == "Title"), None)
    parsed.title = stated.get("title") or first
    match = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})", stated.get("date", ""))
    try:
        parsed.date = date(*map(int, match.groups())) if match else None
    except ValueError:
        parsed.date = None
    return parsed


def _front_matter(block: str) -> dict[str, str]:
    """Its plain ``key: value`` lines; nothing here needs the rest of YAML."""
    pairs = (line.partition(":") for line in block.split("\n") if ":" in line and not line.startswith((" ", "#", "-")))
    return {key.strip().lower(): value.strip().strip("\"'") for key, _, value in pairs}


def _wide_indents(text: str) -> str:
    """Nested lists indented by two or three spaces, as CommonMark allows, to the four this library wants."""
    lines, fenced = [], False
    for line in text.split("\n"):
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        match = re.match(r"( +)(?=(?:[-*+]|\d+\.)\s)", line)
        indent = len(match.group()) if match and not fenced else 0
        depth = (indent + 1) // 2 if indent < 4 else -(-indent // 4)
        lines.append("    " * depth + line.lstrip() if indent % 4 else line)
    return "\n".join(lines)
