"""Select the spans to quote: the best and those nearly as good, with neighbours joined, as many as fit on a phone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.evidence.quotable_spans import LEFT_OUT, QuotableSpan, is_header_row, is_quoted_mail, spans_of, whole
from assistant.evidence.scoring import ScoredSpan
from ingest.parsers.mail.quoted_mail import QUOTED_MAIL
from kb.language.script import display_width

__all__ = ["choose"]

MAX_QUOTES = 3
MAX_SPANS = 6
# How much the score of another span may be below the best, in log-odds: it may be a hundred times less likely.
NEAR_BEST = 4.6
# The greatest width of all quotes together, and so of a joined one, in columns (a Chinese character takes two).
MAX_WIDTH = 700
# The most spans between two spans that are joined.
GAP = 1
# A letterhead or a signature: a name and a day. It shares words with many questions and answers none.
_IMPRINT = re.compile(r"[^\d。，,；;:：]{2,40}\d{4}\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?(?:起?實施|起?生效)?")
# The head of a memo: "致：全體員工 發出日期：…", "To: all staff".
_MEMO_HEAD = re.compile(
    r"(?:(?:致|發文|收文|發出日期|日期|發出人|發件人|由|經辦人|檔號|主旨|事由|to|from|date|ref|subject|cc)\s*[:：][^。:：]{0,60}?\s*)+",
    re.IGNORECASE,
)


def choose(scored: Sequence[ScoredSpan]) -> list[QuotableSpan]:
    """Return the spans to quote, best first.

    No quote is inside another. A heading is quoted alone only where there is nothing else. Two spans of a passage with
    at most one between them are joined, because the answer is often next to the words of the question.

    Args:
        scored: spans with their scores, best first.
    """
    candidates = [one for one in scored if not _is_heading_or_letterhead(one.span)] or list(scored)
    quotes: list[QuotableSpan] = []
    used = 0
    for one in candidates:
        if used == MAX_SPANS or one.score < candidates[0].score - NEAR_BEST:
            break
        extended = _with_quote(quotes, whole(one.span))
        if extended is not None:
            quotes, used = extended, used + 1
    return quotes


def _is_heading_or_letterhead(span: QuotableSpan) -> bool:
    """Whether a span is the title or a heading of its passage or of a table, a letterhead, or the head of a memo."""
    text = span.text.strip()
    names = {span.passage.title.strip(), QUOTED_MAIL, *(name.strip() for name in span.passage.heading_path)}
    return text in names or is_header_row(span) or bool(_IMPRINT.fullmatch(text) or _MEMO_HEAD.fullmatch(text))


def _with_quote(quotes: list[QuotableSpan], new: QuotableSpan) -> list[QuotableSpan] | None:
    """Return the quotes with ``new``, joined with its neighbours; None if it is not new or does not fit."""
    if any(other.text == new.text or _inside(new, other) for other in quotes):
        return None
    near = [other for other in quotes if _touches(new, other)]
    joined = QuotableSpan(new.passage, min(one.start for one in [new, *near]), max(one.end for one in [new, *near]))
    rest = [other for other in quotes if other not in near]
    if any(_overlaps(joined, other) for other in rest) or (not near and len(quotes) == MAX_QUOTES):
        return None
    if quotes and sum(display_width(other.text) for other in [*rest, joined]) > MAX_WIDTH:
        return None
    if not near:
        return [*quotes, new]
    return [joined if other is near[0] else other for other in quotes if other is near[0] or other not in near]


def _inside(one: QuotableSpan, other: QuotableSpan) -> bool:
    return one.passage.chunk_id == other.passage.chunk_id and other.start <= one.start and one.end <= other.end


def _overlaps(one: QuotableSpan, other: QuotableSpan) -> bool:
    return one.passage.chunk_id == other.passage.chunk_id and one.start < other.end and other.start < one.end


def _touches(one: QuotableSpan, other: QuotableSpan) -> bool:
    """Whether two quotes overlap or have at most ``GAP`` spans between them. Table rows are never joined."""
    if one.passage.chunk_id != other.passage.chunk_id or one.is_row or other.is_row:
        return False
    if is_quoted_mail(one) != is_quoted_mail(other):
        return False
    first, last = (one, other) if one.start <= other.start else (other, one)
    if LEFT_OUT in one.passage.text[first.end : last.start]:
        return False
    between = [span for span in spans_of(one.passage) if first.end <= span.start and span.end <= last.start]
    return len(between) <= GAP and not any(span.is_row for span in between)
