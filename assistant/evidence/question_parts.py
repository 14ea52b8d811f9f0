"""Two questions in one: 「火警演習每年幾多次，紀錄要保存幾多年？」 Each is searched for, and both are quoted."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from assistant.evidence.answer_kinds import kinds
from assistant.evidence.gather import Evidence, gather
from assistant.evidence.scoring import ScoredSpan
from kb.language.script import is_han
from kb.language.words import content_words
from kb.search.retriever import Retriever

__all__ = ["gather_parts"]

_BREAK = re.compile(
    r"[，,；;？?。、]+\s*(?:而且|同埋|以及|另外|仲有|還有|and|also)?\s*|\s*(?:同埋|以及|仲有|還有)\s*"
    r"|\s+and\s+(?=(?:how|what|when|where|who|which|is|are|do|does|can|must|may)\b)",
    re.IGNORECASE,
)
_MOST = 3
# How far below the best score, in log-odds, the best span of each part is put.
_NEXT = 0.5
# How far below the best span, in log-odds, one may be that speaks of the topic.
_NEAR = 4.6


def question_parts(question: str) -> list[str]:
    """Return the questions in a question, each with the topic of the first; empty where it is one question.

    A stretch that asks nothing (「如果落雨」) belongs to the question after it.
    """
    parts: list[str] = []
    before = ""
    for stretch in _BREAK.split(question):
        text = f"{before}，{stretch}" if before else stretch
        if any(kind.form != "words" for kind in kinds(stretch)):
            parts.append(text)
            before = ""
        else:
            before = text if stretch.strip() else before
    if before and parts:
        parts[-1] = f"{parts[-1]}，{before}"
    return parts[:_MOST] if len(parts) > 1 else []


def gather_parts(retriever: Retriever, question: str, collections: list[str] | None, as_of: date | None) -> Evidence:
    """Return the evidence for a question; where it holds several, the best spans of each are among the first."""
    whole = gather(retriever, question, collections, as_of)
    parts = question_parts(question)
    if not parts or not whole.spans:
        return whole
    firsts = [first for part in parts if (first := _best_of(retriever, part, parts[0], collections, as_of))]
    best = max([whole.spans[0].score, *(one.score for one in firsts)])
    spans = list(whole.spans)
    for one in firsts:
        spans = _with_first(spans, one, best)
    known = {passage.chunk_id for passage in whole.passages}
    others = {one.span.passage.chunk_id: one.span.passage for one in firsts if one.span.passage.chunk_id not in known}
    return replace(whole, spans=sorted(spans, key=lambda one: -one.score), passages=[*whole.passages, *others.values()])


def _with_first(spans: list[ScoredSpan], first: ScoredSpan, best: float) -> list[ScoredSpan]:
    """Return the spans with the first span of a part near the best."""
    same = [one for one in spans if one.span == first.span]
    moved = replace(same[0] if same else first, score=max(best - _NEXT, same[0].score if same else 0.0))
    return [*(one for one in spans if one.span != first.span), moved]


def _best_of(
    retriever: Retriever, part: str, first: str, collections: list[str] | None, as_of: date | None
) -> ScoredSpan | None:
    """Return the best span for a part; before others one that speaks of the topic of the first part too."""
    topic = _topic(first)
    if part != first and topic and topic not in part:
        joined = f"{topic}{part}" if is_han(topic[0]) else f"{topic} {part}"
        spans = gather(retriever, joined, collections, as_of).spans
        found = next((one for one in spans if one["kind"] >= 1.0 and _mentions(one, topic)), None)
        if found is not None and found.score >= spans[0].score - _NEAR:
            return found
    return next(iter(gather(retriever, part, collections, as_of).spans), None)


def _mentions(one: ScoredSpan, topic: str) -> bool:
    here = " ".join([one.span.text, *one.span.passage.heading_path]).lower()
    return (topic[:2] if is_han(topic[0]) else topic.rsplit(maxsplit=1)[-1].lower()) in here


def _topic(part: str) -> str:
    """Return what a question is about: its first content word in Chinese, its last two in English."""
    words = [word for word in content_words(part) if len(word) > 1 and not word[0].isdigit()]
    return words[0] if words and is_han(words[0][0]) else " ".join(words[-2:])
