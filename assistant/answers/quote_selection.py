"""Which spans are quoted: the best, those nearly as likely, neighbours joined; as much as a phone shows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.evidence.quotable_spans import QuotableSpan, spans_of, whole
from assistant.evidence.scoring import ScoredSpan
from kb.language.script import display_width

__all__ = ["choose"]

MOST_QUOTES = 3
MOST_SPANS = 6
# How many times less likely than the best a further span may be, as log-odds: a hundred times.
NEAR_BEST = 4.6
# Columns, of which a Chinese character takes two: of all quotes together, and so of one that was joined.
MOST_WIDTH = 700
# Spans that may stand between two that are joined.
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

    Two spans of one passage with at most one between them are quoted as one piece: what answers often stands beside
    what the question names.

    Args:
        scored: spans with their scores, best first.
    """
    candidates = [one for one in scored if not _is_heading_or_letterhead(one.span)] or list(scored)
    quotes: list[QuotableSpan] = []
    used = 0
    for one in candidates:
        if used == MOST_SPANS or one.score < candidates[0].score - NEAR_BEST:
            break
        extended = _with_quote(quotes, whole(one.span))
        if extended is not None:
            quotes, used = extended, used + 1
    return quotes


def _is_heading_or_letterhead(span: QuotableSpan) -> bool:
    """Whether a span is the title or a heading of its own passage, an imprint, or the head of a memo."""
    text = span.text.strip()
    names = {span.passage.title.strip(), *(name.strip() for name in span.passage.heading_path)}
    return text in names or bool(_IMPRINT.fullmatch(text) or _MEMO_HEAD.fullmatch(text))


def _with_quote(quotes: list[QuotableSpan], new: QuotableSpan) -> list[QuotableSpan] | None:
    """Return the quotes with one more, joined with its neighbours; None where it says nothing new or has no room."""
    if any(other.text == new.text or _inside(new, other) for other in quotes):
        return None
    near = [other for other in quotes if _touches(new, other)]
    joined = QuotableSpan(new.passage, min(one.start for one in [new, *near]), max(one.end for one in [new, *near]))
    rest = [other for other in quotes if other not in near]
    if any(_overlaps(joined, other) for other in rest) or (not near and len(quotes) == MOST_QUOTES):
        return None
    if quotes and sum(display_width(other.text) for other in [*rest, joined]) > MOST_WIDTH:
        return None
    if not near:
        return [*quotes, new]
    return [joined if other is near[0] else other for other in quotes if other is near[0] or other not in near]


def _inside(one: QuotableSpan, other: QuotableSpan) -> bool:
    return one.passage.chunk_id == other.passage.chunk_id and other.start <= one.start and one.end <= other.end


def _overlaps(one: QuotableSpan, other: QuotableSpan) -> bool:
    return one.passage.chunk_id == other.passage.chunk_id and one.start < other.end and other.start < one.end


def _touches(one: QuotableSpan, other: QuotableSpan) -> bool:
    """Whether two quotes overlap or have at most ``GAP`` spans between them; table rows stand alone."""
    if one.passage.chunk_id != other.passage.chunk_id or one.is_row or other.is_row:
        return False
    first, last = (one, other) if one.start <= other.start else (other, one)
    between = [span for span in spans_of(one.passage) if first.end <= span.start and span.end <= last.start]
    return len(between) <= GAP and not any(span.is_row for span in between)
