"""Plain text → elements: paragraphs, headings recognised by number and position, lists, tab-separated tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ingest.parsers.shared.chat_export import chat_messages
from ingest.parsers.shared.element_builder import ElementBuilder, clean_text, join_lines
from ingest.parsers.shared.encoding import decode
from ingest.parsers.shared.header_rows import header_rows_of
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.text_headings import bullet_text, heading_level, is_numbered, looks_like_heading
from kb.language.script import CJK, FULL_WIDTH, display_width, is_cjk
from kb.language.sentences import LINE_ENDS

__all__ = ["add_text", "parse"]

_RULE = re.compile(r"\s*([=\-_*~#＝－─━])(?:\s*\1){3,}\s*$")
_LONGEST_WRAP = 130  # columns; longer lines were not wrapped by hand or by a mail program
# Lines of a block, columns, columns and share: below these it was not wrapped by hand at a fixed width.
_FEWEST_WRAPPED, _NARROWEST_WRAP, _RAGGED, _MOSTLY = 4, 20, 3, 0.8
_CLOSING = tuple(LINE_ENDS + "」』）)")
_WORD_END = re.compile(rf"(?![{FULL_WIDTH}])[\s{CJK}]")  # a full-width comma is wrapped with the word before it


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read a text file in any encoding."""
    text, _ = decode(path.read_bytes())
    builder = ElementBuilder()
    messages = chat_messages(text)
    if messages:
        for message in messages:
            builder.narrative(message)
        return ParsedDocument(builder.elements, title=None)
    add_text(builder, text, title_first=True)
    first = builder.elements[0] if builder.elements else None
    title = first.text if first is not None and first.category == "Title" else None
    return ParsedDocument(builder.elements, title=title)


def add_text(builder: ElementBuilder, text: str, title_first: bool = False, headings: bool = True) -> None:
    """Add the blocks of a plain text.

    Args:
        title_first: whether a short first line with an empty line after it is the title.
        headings: whether to recognise headings by their numbers.
    """
    blocks = list(_paragraphs(text))
    for index, (kind, lines) in enumerate(blocks):
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if kind == "table":
            rows = [re.split(r" *\t+ *", line.strip()) for line in lines]
            builder.table(rows, header_rows_of(rows))
            continue
        block = clean_text(join_lines(lines))
        bullet = bullet_text(block)
        if kind == "underlined" or (title_first and index == 0 and following and _is_title(block)):
            builder.title(block, 0)
        elif headings and following and _is_heading(block, clean_text(join_lines(following[1]))):
            builder.title(block, heading_level(block) or 0)
        elif bullet:
            builder.item(bullet, depth=min(4, (len(lines[0]) - len(lines[0].lstrip())) // 2))
        else:
            builder.narrative(block)


def _paragraphs(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield ("text" | "table" | "underlined", lines of one block, not joined yet)."""
    lines = [line.expandtabs(1) if "\t" not in line.strip() else line.rstrip() for line in _lines(text)]
    wrap_width = _wrap_width(lines)
    group: list[str] = []
    for line in [*lines, ""]:
        is_rule = bool(_RULE.match(line))
        if line.strip() and not is_rule:
            group.append(line)
            continue
        if is_rule and len(group) == 1 and looks_like_heading(group[0].strip()):
            yield "underlined", group
        elif group:
            yield from _split_group(group, wrap_width)
        group = []


def join_wrapped(text: str) -> str:
    """Join the lines of a block that somebody broke by hand at a fixed width, as old web pages do at every ``<br>``.

    Lines are joined only where nearly all of them fill the same width, so that an address or a poem stays.
    """
    lines = text.split("\n")
    filled = [display_width(line.strip()) for line in lines if line.strip()]
    if len(filled) < _FEWEST_WRAPPED:
        return text
    width = max(filled)
    full = sum(one >= width - _RAGGED for one in filled[:-1])
    if width < _NARROWEST_WRAP or full < _MOSTLY * (len(filled) - 1):
        return text
    joined: list[str] = []
    for line in lines:
        before, text = joined[-1].strip() if joined else "", line.strip()
        starts_new = not before or not text or before.endswith(_CLOSING) or is_numbered(text) or bullet_text(text)
        if starts_new:
            joined.append(line)
        else:
            joined[-1] = join_lines([before, text])
    return "\n".join(joined)


def _lines(text: str) -> list[str]:
    return re.sub(r"\r\n?|[\x0c\x85\u2028\u2029]", "\n", text).split("\n")


def _wrap_width(lines: list[str]) -> int:
    """Return the column at which the text was wrapped; 0 if each line is a paragraph."""
    widths = sorted(display_width(line) for line in lines if line.strip())
    if not widths or widths[int(len(widths) * 0.98)] > _LONGEST_WRAP:
        return 0
    return widths[int(len(widths) * 0.95)]


def _split_group(group: list[str], wrap_width: int) -> Iterator[tuple[str, list[str]]]:
    """Split consecutive lines without an empty line into paragraphs and tables."""
    cells = [len(re.split(r"\t+", line.strip())) for line in group]
    if len(group) > 1 and min(cells) == max(cells) >= 2 and not all(is_numbered(line.strip()) for line in group):
        yield "table", group
        return
    current: list[str] = []
    for line in group:
        if current and not _is_wrapped(current[-1], line, wrap_width):
            yield "text", current
            current = []
        current.append(line)
    yield "text", current


def _is_wrapped(before: str, line: str, wrap_width: int) -> bool:
    """Return whether ``before`` was wrapped and continues in ``line``: the first word of ``line`` did not fit there."""
    text, last = line.strip(), before.strip()
    if not wrap_width or is_numbered(text) or bullet_text(text) or "\t" in text:
        return False
    indent = len(line) - len(line.lstrip())
    if indent > len(before) - len(before.lstrip()) + 1 and not (is_numbered(last) or bullet_text(last)):
        return False
    word = text[0] if is_cjk(text[0]) else _WORD_END.split(text, maxsplit=1)[0]
    room = wrap_width - display_width(before.rstrip()) - (0 if is_cjk(text[0]) else 1)
    if display_width(word) > room:
        return True
    # ragged right margins: a long line that ends in the middle of a sentence continues too
    reaches_far = display_width(before) > 0.7 * wrap_width
    return reaches_far and not last.endswith(_CLOSING) and (is_cjk(text[0]) or text[0].islower())


def _is_title(block: str) -> bool:
    return looks_like_heading(block) and not bullet_text(block) and not re.match(r"[\w-]+\s*[:：]", block)


def _is_heading(block: str, following: str) -> bool:
    """Return whether a short numbered line is a heading. If the next block is its sibling, both are list items."""
    level = heading_level(block)
    if level is None or not looks_like_heading(block):
        return bool(re.fullmatch(r"[A-Z][A-Z0-9 &/,'()–-]{3,60}", block)) and not following.isupper()
    if re.match("第|附|[A-Z]", block):
        return True
    sibling = heading_level(following)
    return sibling is None or sibling > level or not looks_like_heading(following)
