"""Sentences of a passage as exact character spans, Chinese and English, never across a line.

A span quotes the passage letter for letter: white space around the sentence is outside, closing quotes and
brackets are inside. A table row (tabs) and a list item up to its full stop are one sentence each, for half
of either means nothing on its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kb.core import data_files

__all__ = ["CLOSERS", "LINE_ENDS", "PAUSES", "STOPS", "sentences"]

# Punctuation marks of both languages, for modules that ask how a heading or a line ends, or that cut text by a rule of
# their own. A full stop is in none but LINE_ENDS: 3.2.1, No. 5 and www.swd.gov.hk hold one too.
STOPS = "。；;"  # end a sentence or a list item, whatever is before or after them
PAUSES = "，,、"  # stand inside a sentence
LINE_ENDS = ".。!！?？:：;；"  # behind these a wrapped line does not go on: a sentence or a lead-in has ended
CLOSERS = "」』）】》〉〕”’\"')]"  # may follow the mark that ends a sentence, and belong to it
_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_END = re.compile(rf"(?:[。！？!?｡]|…{{2}}|\.{{3,}}(?=\s|$)|(?P<semi>[；;])|(?P<dot>\.))+[{re.escape(CLOSERS)}]*")
_LIST_MARK = re.compile(
    r"\s*(?:[(（][0-9A-Za-z一二三四五六七八九十]{1,5}[)）]|[0-9A-Za-z]{1,3}[.)）、](?=\s|[^\x00-\x7f])|"
    r"[一二三四五六七八九十]{1,3}[、.]|[•●○▪■◆*‧·–-]\s|第[0-9一二三四五六七八九十百]+[條章節項款]|\d+(?:\.\d+)+\.?)\s*"
)
_WORD_BEFORE = re.compile(r"[A-Za-z.]+$")
_OPENERS = frozenset(
    ["The", "A", "An", "In", "If", "When", "This", "These", "It", "They", "All", "Any", "Staff", "For"]
)
_OPEN = {"「": "」", "『": "』", "（": "）", "(": ")", "《": "》", "“": "”", "【": "】"}


@cache
def _abbreviations() -> frozenset[str]:
    return frozenset(
        word.lower() for line in data_files.lines("kb.language", "abbreviations.txt") for word in line.split()
    )


def _dot_ends(line: str, start: int, end: int) -> bool:
    """Decide whether the full stop at ``start`` ends a sentence; ``end`` is behind it and its closers."""
    rest = line[end:]
    if rest and not rest[0].isspace():
        # No space: 3.2.1, HK$1.5, a.m., www.swd.gov.hk; but 「…by post.申請人」 does end.
        return line[start - 1 : start].isalpha() and ord(rest[0]) > 0x2E80
    following = rest.lstrip()
    if not following:
        return True
    word = _WORD_BEFORE.search(line[:start])
    before = word.group().lower() if word else ""
    if before in _abbreviations():
        return False
    if (len(before.replace(".", "")) == 1 and before not in {"i"}) or "." in before:
        # An initial (J. Chan) or letters with stops (a.m., U.K.): ends only before an opening word such as "The".
        return "." in before and following.split()[0] in _OPENERS
    return not following[0].islower()


def _inside_bracket(line: str, start: int, end: int) -> bool:
    """Return True when a bracket or quote opened in ``line[start:end]`` is still open at its end."""
    waiting: list[str] = []
    for char in line[start:end]:
        if char in _OPEN:
            waiting.append(_OPEN[char])
        elif waiting and char == waiting[-1]:
            waiting.pop()
    # A bracket that never closes on this line must not swallow the rest of it.
    return bool(waiting) and waiting[-1] in line[end:]


def _ends_in_aside(line: str, start: int, end: re.Match[str]) -> bool:
    """Return True when the mark and its closers end a bracket that began inside the sentence: 文件（如甲。）須齊全。"""
    return (
        end.group()[-1] in ")）"
        and not line[start:].lstrip().startswith(("(", "（"))
        and bool(line[end.end() :].strip())
    )


def _cuts(line: str) -> Iterator[int]:
    mark = _LIST_MARK.match(line)
    body = mark.end() if mark else 0
    start = 0
    for match in _END.finditer(line, body):
        text = match.group().rstrip(CLOSERS)
        if text == "." and not _dot_ends(line, match.start(), match.end()):
            continue
        if text in "；;" and (mark or (text == ";" and line[match.start() - 1 : match.start()].isascii())):
            continue
        rest = line[match.end() :].lstrip()
        if text in "?!" and rest[:1].islower():  # "Is it so?" he asked.
            continue
        if _inside_bracket(line, start, match.end()) or _ends_in_aside(line, start, match):
            continue
        start = match.end()
        yield match.end()


def sentences(text: str) -> list[tuple[int, int]]:
    """Return ``(start, end)`` of each sentence, in order, without overlap; ``text[start:end]`` has no outer space.

    Lines of marks alone (rules, bullets) give nothing. Every letter and digit of ``text`` is in one sentence.
    """
    spans = []
    for row in _LINE.finditer(text):
        line, offset = row.group(), row.start()
        ends = [len(line)] if "\t" in line else [*_cuts(line), len(line)]
        start = looked = 0
        for end in ends:
            if any(char.isalnum() for char in line[looked:end]):
                piece = line[start:end]
                left = len(piece) - len(piece.lstrip())
                spans.append((offset + start + left, offset + start + len(piece.rstrip())))
                start = end
            # else: left-over marks join what follows
            looked = end
    return spans
