"""Which units are quoted: the best, those nearly as likely, neighbours joined; as much as a phone shows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.evidence.quotable_spans import QuotableSpan, spans_of, whole
from assistant.evidence.scoring import ScoredSpan
from kb.language.script import display_width

__all__ = ["choose"]

MOST_QUOTES = 3
MOST_UNITS = 6
# How many times less likely than the best a further unit may be, as log-odds: a hundred times.
NEAR_BEST = 4.6
# Columns, of which a Chinese character takes two: of all quotes together, and so of one that was joined.
MOST_WIDTH = 700
# Units that may stand between two that are joined.
GAP = 1
# A letterhead or a signature, a name and a day: it shares words with many a question and answers none.
_IMPRINT = re.compile(r"[^\d。，,；;:：]{2,40}\d{4}\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?(?:起?實施|起?生效)?")
# The head of a memo: "致：全體員工 發出日期：…", "To: all staff".
_MEMO_HEAD = re.compile(
    r"(?:(?:致|發文|收文|發出日期|日期|發出人|發件人|由|經辦人|檔號|主旨|事由|to|from|date|ref|subject|cc)\s*[:：][^。:：]{0,60}?\s*)+",
    re.IGNORECASE,
)


def choose(scored: Sequence[ScoredSpan]) -> list[QuotableSpan]:
    """Return what to quote, best first; never one quote inside another, never a heading alone if there is better.

    Two units of one passage with at most one between them are quoted as one piece: what answers often stands beside
    what the question names.

    Args:
        scored: units with their scores, best first.
    """
    telling = [one for one in scored if not _is_frame(one.unit)] or list(scored)
    quotes: list[QuotableSpan] = []
    taken = 0
    for one in telling:
        if taken == MOST_UNITS or one.score < telling[0].score - NEAR_BEST:
            break
        joined = _joined(quotes, whole(one.unit))
        if joined is not None:
            quotes, taken = joined, taken + 1
    return quotes


def _is_frame(unit: QuotableSpan) -> bool:
    """Whether a unit is the title or a heading of its own passage, an imprint, or the head of a memo."""
    text = unit.text.strip()
    names = {unit.passage.title.strip(), *(name.strip() for name in unit.passage.heading_path)}
    return text in names or bool(_IMPRINT.fullmatch(text) or _MEMO_HEAD.fullmatch(text))


def _joined(quotes: list[QuotableSpan], new: QuotableSpan) -> list[QuotableSpan] | None:
    """Return the quotes with one more, joined with its neighbours; None where it says nothing new or has no room."""
    if any(other.text == new.text or _inside(new, other) for other in quotes):
        return None
    near = [other for other in quotes if _touches(new, other)]
    whole_piece = QuotableSpan(
        new.passage, min(one.start for one in [new, *near]), max(one.end for one in [new, *near])
    )
    rest = [other for other in quotes if other not in near]
    if any(_overlaps(whole_piece, other) for other in rest) or (not near and len(quotes) == MOST_QUOTES):
        return None
    if quotes and sum(display_width(other.text) for other in [*rest, whole_piece]) > MOST_WIDTH:
        return None
    if not near:
        return [*quotes, new]
    return [whole_piece if other is near[0] else other for other in quotes if other is near[0] or other not in near]


def _inside(one: QuotableSpan, other: QuotableSpan) -> bool:
    return one.passage.chunk_id == other.passage.chunk_id and other.start <= one.start and one.end <= other.end


def _overlaps(one: QuotableSpan, other: QuotableSpan) -> bool:
    return one.passage.chunk_id == other.passage.chunk_id and one.start < other.end and other.start < one.end


def _touches(one: QuotableSpan, other: QuotableSpan) -> bool:
    """Whether two quotes overlap or have at most ``GAP`` units between them; table rows stand alone."""
    if one.passage.chunk_id != other.passage.chunk_id or one.is_row or other.is_row:
        return False
    first, last = (one, other) if one.start <= other.start else (other, one)
    between = [unit for unit in spans_of(one.passage) if first.end <= unit.start and unit.end <= last.start]
    return len(between) <= GAP and not any(unit.is_row for unit in between)
