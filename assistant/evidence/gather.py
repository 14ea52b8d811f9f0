"""question → passages → the spans of them that answer, scored.

Each span is looked at in several ways (:mod:`assistant.evidence.scoring`): the words it shares with the question, its
nearness in meaning, whether it holds the kind of answer asked for. Vectors of spans lie in the records; where they do
not yet, only the most promising spans are embedded, to stay quick on an office PC.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from assistant.evidence.question_terms import word_set
from assistant.evidence.quotable_spans import QuotableSpan, spans_of
from assistant.evidence.scoring import ScoredSpan, read, score
from kb.core.cpu_cores import usable_cores
from kb.language.detect import Language
from kb.search.dense.sentence_vectors import sentence_text
from kb.search.models import embedding
from kb.search.models.embedding_cache import EmbeddingCache
from kb.search.models.encoder import Vectors
from kb.search.passage import Passage
from kb.search.ranking import is_new
from kb.search.retriever import Retriever, SearchResult

__all__ = ["Evidence", "gather"]

# Passages whose spans are looked at, and how many spans without a stored vector are embedded: what an office PC does in
# 100 ms.
PASSAGES = 10
EMBEDDED_SPANS = 16
# What the log-odds of a passage's best span count beside the passage's own score of 0..1.
SPAN_WEIGHT = 1 / 8
# 20,000 vectors take 30 MB.
_VECTORS = EmbeddingCache(20_000)
# More at once than there are cores only makes everybody slower: threads then fight for the interpreter's lock.
_TURNS = threading.BoundedSemaphore(usable_cores() + 1)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the documents say to a question.

    Attributes:
        found: what search returned, with the scores and in the order of search.
        passages: the same passages, best first, scored by what they say and by their best span.
        spans: quotable spans of the first passages, best first.
        collections: the slugs that were searched, None for all: nothing else may be quoted.
    """

    found: SearchResult
    passages: list[Passage]
    spans: list[ScoredSpan]
    collections: list[str] | None


def gather(retriever: Retriever, question: str, collections: list[str] | None, as_of: date | None) -> Evidence:
    """Search, and score the spans of the first passages. Who asks while the cores are busy waits for a turn."""
    with _TURNS:
        return _gather(retriever, question, collections, as_of)


def _gather(retriever: Retriever, question: str, collections: list[str] | None, as_of: date | None) -> Evidence:
    found = retriever.search(retriever.read(question), collections=collections, as_of=as_of)
    # Of a passage and its counterpart only the better one: nobody wants one rule quoted in two languages.
    new = [passage for passage, is_first in zip(found.passages, is_new(found.passages), strict=True) if is_first]
    candidates = [span for passage in new[:PASSAGES] for span in spans_of(passage)]
    if not candidates:
        return Evidence(found, found.passages, [], collections)
    stored = [_stored(found, span) for span in candidates]
    chosen = _promising(found, candidates, stored)
    similar = _similar(retriever, found, [candidates[i] for i in chosen], [stored[i] for i in chosen])
    chinese = np.array([candidates[i].passage.language != Language.ENGLISH.value for i in chosen])
    cosines = found.language_means.centred(similar, found.vectors, chinese).max(axis=1)
    cosines += found.language_means.mean_offset(found.vectors)
    spans = score(read(found), [candidates[i] for i in chosen], cosines)
    return Evidence(found, _reranked(found.passages, spans), spans, collections)


def _reranked(passages: list[Passage], spans: list[ScoredSpan]) -> list[Passage]:
    """Return the passages by their own score and their best span's: the passage that answers comes first."""
    best: dict[int, float] = {}
    for one in spans:
        best.setdefault(one.span.passage.chunk_id, one.score)
    scored = [
        replace(one, score=round((one.score + SPAN_WEIGHT * max(0.0, best.get(one.chunk_id, 0.0))) / 3.0, 4))
        for one in passages
    ]
    return sorted(scored, key=lambda one: -one.score)


def _stored(found: SearchResult, span: QuotableSpan) -> Vectors | None:
    """Return the cosines of a span whose vector lies in the records, shape (variants,)."""
    sentences = found.sentences.get(span.passage.chunk_id)
    return sentences.of(span.start, span.end) if sentences else None


def _similar(
    retriever: Retriever, found: SearchResult, chosen: list[QuotableSpan], stored: list[Vectors | None]
) -> Vectors:
    """Return the spans' cosines with the question's variants; only what has no vector yet is embedded."""
    missing = [span for span, known in zip(chosen, stored, strict=True) if known is None]
    made = iter(_vectors(retriever, missing) @ found.vectors.T) if missing else iter(())
    return np.stack([next(made) if known is None else known for known in stored])


def _vectors(retriever: Retriever, chosen: list[QuotableSpan]) -> Vectors:
    texts = [sentence_text(span.passage.title, span.passage.heading_path, span.text) for span in chosen]
    return _VECTORS.passages(embedding.load(retriever.settings), texts)


def _promising(found: SearchResult, candidates: list[QuotableSpan], stored: list[Vectors | None]) -> list[int]:
    """Return the indices worth a second look: all with a stored vector, and of the others the best by words and place.

    To embed more of them than that would make a person wait.
    """
    missing = [i for i, known in enumerate(stored) if known is None]
    if len(missing) > EMBEDDED_SPANS:
        missing.sort(key=lambda i: -(_lexical(found, candidates[i]) + 0.6 * candidates[i].passage.score))
    return sorted([*(i for i, known in enumerate(stored) if known is not None), *missing[:EMBEDDED_SPANS]])


def _lexical(found: SearchResult, span: QuotableSpan) -> float:
    """Share of the question's worth that the span's words carry, 0..1, counted in the span's own language."""
    if found.max_score <= 0.0:
        return 0.0
    here = word_set(span.text)
    above = word_set("\n".join([span.passage.title, *span.passage.heading_path]))
    worth = 0.0
    for word, weight in found.query.words_for(span.passage.language).items():
        if word in here:
            worth += weight * found.idf.get(word, 0.0)
        elif word in above:
            worth += 0.5 * weight * found.idf.get(word, 0.0)
    return min(1.0, worth / found.max_score)
