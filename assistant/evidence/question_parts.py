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
    found = [_of_part(retriever, part, parts[0], collections, as_of) for part in parts]
    best = max([whole.spans[0].score, *(one.spans[0].score for one in found if one.spans)])
    spans = list(whole.spans)
    for one in found:
        if one.spans:
            spans = _with_first(spans, one.spans[0], best)
    known = {passage.chunk_id for passage in whole.passages}
    others = {p.chunk_id: p for one in found for p in one.passages[:1] if p.chunk_id not in known}
    return replace(whole, spans=sorted(spans, key=lambda one: -one.score), passages=[*whole.passages, *others.values()])


def _with_first(spans: list[ScoredSpan], first: ScoredSpan, best: float) -> list[ScoredSpan]:
    """Return the spans with the first span of a part near the best."""
    same = [one for one in spans if one.span == first.span]
    moved = replace(same[0] if same else first, score=max(best - _NEXT, same[0].score if same else 0.0))
    return [*(one for one in spans if one.span != first.span), moved]


def _of_part(
    retriever: Retriever, part: str, first: str, collections: list[str] | None, as_of: date | None
) -> Evidence:
    """Return the evidence for a part: with the topic of the first part before it, where the documents speak of both."""
    alone = gather(retriever, part, collections, as_of)
    topic = _topic(first)
    if part == first or not topic or topic in part:
        return alone
    joined = gather(retriever, f"{topic}{part}" if is_han(topic[0]) else f"{topic} {part}", collections, as_of)
    if not joined.spans:
        return alone
    best = joined.spans[0]
    here = " ".join([best.span.text, *best.span.passage.heading_path])
    known = here.lower().find(topic[:2] if is_han(topic[0]) else topic.split()[-1].lower()) >= 0
    return joined if known and best["kind"] >= 1.0 else alone


def _topic(part: str) -> str:
    """Return what a question is about: its first content word in Chinese, its last two in English."""
    words = [word for word in content_words(part) if len(word) > 1 and not word[0].isdigit()]
    return words[0] if words and is_han(words[0][0]) else " ".join(words[-2:])
