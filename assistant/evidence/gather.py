"""Question → passages → the quotable spans of the passages, scored.

A span is scored by several features (:mod:`assistant.evidence.scoring`): the words it shares with the question, its
cosine with the question, whether it contains the kind of answer that is asked for. The vectors of spans are in the
records. Where they are not stored yet, only the most promising spans are embedded, so that an office PC stays fast.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from assistant.evidence.answer_kinds import kinds
from assistant.evidence.asked_clause import named_clauses
from assistant.evidence.asked_row import is_asked_row
from assistant.evidence.question_terms import word_set
from assistant.evidence.quotable_spans import QuotableSpan, is_question, is_quoted_mail, spans_of
from assistant.evidence.scoring import ScoredSpan, above, read, score
from kb.core.cpu_cores import usable_cores
from kb.language.detect import is_chinese
from kb.library.documents import Library
from kb.search.dense.sentence_vectors import sentence_text
from kb.search.models import embedding
from kb.search.models.embedding_cache import EmbeddingCache
from kb.search.models.encoder import Vectors
from kb.search.passage import Passage
from kb.search.ranking import is_new
from kb.search.retriever import Retriever, SearchResult

__all__ = ["Evidence", "gather"]

# The number of passages whose spans are scored, and of spans without a stored vector that are embedded. An office PC
# does this in 100 ms.
PASSAGES = 10
EMBEDDED_SPANS = 16
# The weight of the log-odds of a passage's best span; the weight of the passage's own score of 0..1 is 1.
SPAN_WEIGHT = 1 / 8
# What is added to the score, in log-odds, of a span in the clause that the question names, and of the row it names.
NAMED_CLAUSE = 12.0
ASKED_ROW = 4.0
# What is taken away where a span is in an earlier mail that a reply repeats, and where it asks itself.
QUOTED = 6.0
QUESTION = 3.0
# The fewest words of the question that a span must have beyond those of the best one, to be quoted with it; and how far
# below the best, in log-odds, its score then is at most.
COMPLEMENT = 2
NEXT = 1.0
# The weight from which a word of the question names what it is about.
SURE_WORD = 0.5
# 20,000 vectors take 30 MB.
_VECTORS = EmbeddingCache(20_000)
# More questions at once than cores would slow down all of them, because threads compete for the interpreter's lock.
_CONCURRENT = threading.BoundedSemaphore(usable_cores() + 1)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages and spans of the documents for a question.

    Attributes:
        found: the result of search, with the scores and the order of search.
        passages: the same passages, best first, scored by their own score and that of their best span.
        spans: quotable spans of the first passages, best first.
        collections: slugs of the searched collections, None for all. Nothing else may be quoted.
    """

    found: SearchResult
    passages: list[Passage]
    spans: list[ScoredSpan]
    collections: list[str] | None


def gather(
    retriever: Retriever,
    question: str,
    collections: list[str] | None,
    as_of: date | None,
    *,
    in_force: bool = True,
) -> Evidence:
    """Search, and score the spans of the first passages. While the processor cores are busy, a question waits.

    Args:
        in_force: False to search the documents without a version in force on the day instead.
    """
    with _CONCURRENT:
        return _gather(retriever, question, collections, as_of, in_force)


def _gather(
    retriever: Retriever, question: str, collections: list[str] | None, as_of: date | None, in_force: bool
) -> Evidence:
    found = retriever.search(retriever.read(question), collections=collections, as_of=as_of, in_force=in_force)
    # Use only the better one of a passage and its counterpart, so that a rule is not quoted in two languages.
    new = [passage for passage, is_first in zip(found.passages, is_new(found.passages), strict=True) if is_first]
    named = _with_named_clause(retriever.library, found, collections, in_force)
    new = [*named, *(one for one in new if one.chunk_id not in {other.chunk_id for other in named})]
    candidates = [span for passage in new[:PASSAGES] for span in spans_of(passage)]
    if not candidates:
        return Evidence(found, found.passages, [], collections)
    stored = [_stored_cosines(found, span) for span in candidates]
    chosen = _promising(found, candidates, stored)
    cosines_of_chosen = _cosines(retriever, found, [candidates[i] for i in chosen], [stored[i] for i in chosen])
    chinese = np.array([is_chinese(candidates[i].passage.language) for i in chosen])
    cosines = found.language_means.centred(cosines_of_chosen, found.vectors, chinese).max(axis=1)
    cosines += found.language_means.mean_offset(found.vectors)
    spans = _named_first(found, score(read(found), [candidates[i] for i in chosen], cosines))
    known = {one.chunk_id for one in found.passages}
    passages = [*found.passages, *(one for one in named if one.chunk_id not in known)]
    return Evidence(found, _reranked(passages, spans), spans, collections)


def _with_named_clause(
    library: Library, found: SearchResult, collections: list[str] | None, in_force: bool
) -> list[Passage]:
    named = named_clauses(found.query.text)
    if not found.passages or not named:
        return []
    searched = library.in_force if in_force else library.out_of_force
    return named.passages(library, found, searched(found.as_of, collections))


def _named_first(found: SearchResult, spans: list[ScoredSpan]) -> list[ScoredSpan]:
    """Return the spans, best first, after what the question names itself counts: a row of a table, a clause."""
    query, clauses = found.query, named_clauses(found.query.text)
    asked, words = kinds(query.text), [word for word, weight in query.own.items() if weight >= SURE_WORD]
    for one in spans:
        if clauses and clauses.include(one.span):
            one.score += NAMED_CLAUSE
        elif is_asked_row(one.span, query.text, words, asked):
            one.score += ASKED_ROW
        if is_quoted_mail(one.span):
            one.score -= QUOTED
        if is_question(one.span.text):
            one.score -= QUESTION
    ordered = sorted(spans, key=lambda one: -one.score)
    return _with_complement(found, ordered) if ordered else []


def _with_complement(found: SearchResult, spans: list[ScoredSpan]) -> list[ScoredSpan]:
    """Return the spans, best first, with the span near the best that has what the best one lacks of the question.

    It is in the same passage, holds the kind of answer asked for, and mentions words of the question that the best span
    does not. The words that name the document stand only in the first of its clauses.
    """
    best = spans[0]
    asked = {word for word, weight in found.query.typed.items() if weight >= 1.0 and len(word) > 1}
    lacking = asked - word_set(best.span.text) - above(best.span)
    if not lacking or best.span.is_row:
        return spans
    for one in spans[1:]:
        same = one.span.passage.chunk_id == best.span.passage.chunk_id and not one.span.is_row
        if same and one["kind"] >= 1.0 and len(lacking & word_set(one.span.text)) >= COMPLEMENT:
            one.score = max(one.score, best.score - NEXT)
    return sorted(spans, key=lambda one: -one.score)


def _reranked(passages: list[Passage], spans: list[ScoredSpan]) -> list[Passage]:
    """Return the passages with a score from their own and their best span's, best first."""
    best: dict[int, float] = {}
    for one in spans:
        best.setdefault(one.span.passage.chunk_id, one.score)
    scored = [
        replace(one, score=round((one.score + SPAN_WEIGHT * max(0.0, best.get(one.chunk_id, 0.0))) / 3.0, 4))
        for one in passages
    ]
    return sorted(scored, key=lambda one: -one.score)


def _stored_cosines(found: SearchResult, span: QuotableSpan) -> Vectors | None:
    """Return the cosines of a span with a stored vector, shape (variants,); None where no vector is stored."""
    sentences = found.sentences.get(span.passage.chunk_id)
    return sentences.of(span.start, span.end) if sentences else None


def _cosines(
    retriever: Retriever, found: SearchResult, chosen: list[QuotableSpan], stored: list[Vectors | None]
) -> Vectors:
    """Return the cosines of the spans with the question's variants, shape (spans, variants).

    Only spans without a stored vector are embedded.
    """
    missing = [span for span, known in zip(chosen, stored, strict=True) if known is None]
    made = iter(_embed(retriever, missing) @ found.vectors.T) if missing else iter(())
    return np.stack([next(made) if known is None else known for known in stored])


def _embed(retriever: Retriever, chosen: list[QuotableSpan]) -> Vectors:
    texts = [sentence_text(span.passage.title, span.passage.heading_path, span.text) for span in chosen]
    return _VECTORS.passages(embedding.load(retriever.settings), texts)


def _promising(found: SearchResult, candidates: list[QuotableSpan], stored: list[Vectors | None]) -> list[int]:
    """Return the indices of the spans to score, in order.

    These are all spans with a stored vector, and the best of the others by shared words and the passage's score. More
    would take too long to embed.
    """
    missing = [i for i, known in enumerate(stored) if known is None]
    if len(missing) > EMBEDDED_SPANS:
        missing.sort(key=lambda i: -(_lexical(found, candidates[i]) + 0.6 * candidates[i].passage.score))
    return sorted([*(i for i, known in enumerate(stored) if known is not None), *missing[:EMBEDDED_SPANS]])


def _lexical(found: SearchResult, span: QuotableSpan) -> float:
    """Return the share, 0..1, of the question's weight that the span's words have, in the span's language.

    A word that is only in the title or the headings counts half.
    """
    if found.max_score <= 0.0:
        return 0.0
    here = word_set(span.text)
    headings = word_set("\n".join([span.passage.title, *span.passage.heading_path]))
    total = 0.0
    for word, weight in found.query.words_for(span.passage.language).items():
        if word in here:
            total += weight * found.idf.get(word, 0.0)
        elif word in headings:
            total += 0.5 * weight * found.idf.get(word, 0.0)
    return min(1.0, total / found.max_score)
