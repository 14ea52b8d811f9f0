"""The parser of Markdown: it is rendered to HTML and read as a web page. Title and date come from the front matter."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import markdown

from ingest.parsers.shared.encoding import decode
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.web.html_page import parse_html

__all__ = ["parse"]

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
# Markdown needs an empty line before a list; people and other programs leave it out
_LIST_AFTER_TEXT = re.compile(r"(?m)^(?!\s*(?:[-*+]|\d+[.)])\s)(\S.*)\n(?=(?:[-*+]|1[.)])\s)")
# clauses on consecutive lines are separate paragraphs, but Markdown would join them
_CLAUSE_AFTER_TEXT = re.compile(
    r"(?<=\S)\n(?=(?:\d+(?:\.\d+)+\.?|第[一二三四五六七八九十百\d]+[條章節]|[(（][a-z一二三四五六七八九十\d]{1,3}[)）])\s*\S)"
)


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read a Markdown file. Title and date come from its front matter; without it the title is the first heading."""
    text = decode(path.read_bytes())[0].replace("\r\n", "\n")
    front = _FRONT_MATTER.match(text)
    stated = _front_matter(front.group(1)) if front else {}
    text = text[front.end() :] if front else text
    text = _LIST_AFTER_TEXT.sub(r"\1\n\n", _CLAUSE_AFTER_TEXT.sub("\n\n", text))
    text = re.sub(r"(?m)^( *)(\d+)\)(?=\s)", r"\1\2.", text)  # "1)" is a list in CommonMark
    html = markdown.markdown(_with_wide_indents(text), extensions=["tables", "fenced_code", "sane_lists", "footnotes"])
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
    """Return the simple ``key: value`` lines of the front matter; the rest of YAML is not needed."""
    pairs = (line.partition(":") for line in block.split("\n") if ":" in line and not line.startswith((" ", "#", "-")))
    return {key.strip().lower(): value.strip().strip("\"'") for key, _, value in pairs}


def _with_wide_indents(text: str) -> str:
    """Indent nested lists by four spaces, as the library requires; CommonMark allows two or three."""
    lines, fenced = [], False
    for line in text.split("\n"):
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        match = re.match(r"( +)(?=(?:[-*+]|\d+\.)\s)", line)
        indent = len(match.group()) if match and not fenced else 0
        depth = (indent + 1) // 2 if indent < 4 else -(-indent // 4)
        lines.append("    " * depth + line.lstrip() if indent % 4 else line)
    return "\n".join(lines)
