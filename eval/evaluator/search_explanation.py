"""Explains the search for one question: its analysis, scores and ranks of the passages, the refusal decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from assistant.answers.refusal import confidence, features, threshold
from assistant.evidence.gather import Evidence, gather
from kb.search.passage import Passage
from kb.search.query import Query
from kb.search.retriever import Retriever

__all__ = ["MAX_TEXT_CHARS", "Hit", "explain"]

MAX_WORDS = 40  # words of the question's analysis, per language
MAX_TEXT_CHARS = 1200  # characters of a passage in the response


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its rank at each stage, counted from 1; None if the stage does not have it.

    Attributes:
        ranks: ``{"dense", "lexical", "fused", "final"}``; ``fused`` before, ``final`` after reranking.
        unit: the passage's best unit for the question, with its scores; None if no unit of it was scored.
    """

    passage: Passage
    ranks: dict[str, int | None]
    unit: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class HitTest:
    """The explanation of one search; ``hits`` are in the final order."""

    question: dict[str, Any]
    hits: list[Hit]
    decision: dict[str, Any]


def explain(
    retriever: Retriever, question: str, collections: list[str] | None, as_of: date | None, limit: int = 20
) -> HitTest:
    """Search as the product does and return the intermediate results.

    Raises:
        InputError: ``question_empty``, ``question_too_long``.
    """
    query = retriever.read(question)
    fused = retriever.search(query, collections=collections, as_of=as_of, limit=2 * retriever.settings.candidates)
    order = [one.chunk_id for one in fused.passages]
    ranks = {
        "dense": _ranks_by_leg(fused.passages, "centred"),
        "lexical": _ranks_by_leg(fused.passages, "lexical"),
        "fused": {chunk_id: rank for rank, chunk_id in enumerate(order, 1)},
    }
    evidence = gather(retriever, question, collections, as_of)
    final = [one.chunk_id for one in evidence.passages]
    passages = {one.chunk_id: one for one in [*fused.passages, *evidence.passages]}
    shown = dict.fromkeys([*final, *order])
    hits = [
        Hit(
            passages[chunk_id],
            {name: places.get(chunk_id) for name, places in ranks.items()}
            | {"final": final.index(chunk_id) + 1 if chunk_id in final else None},
            _best_unit(evidence, chunk_id),
        )
        for chunk_id in list(shown)[:limit]
    ]
    return HitTest(_describe_query(retriever, query, fused.idf), hits, _decision(evidence))


def _ranks_by_leg(passages: list[Passage], leg: str) -> dict[int, int]:
    found = [one for one in passages if one.why.get(leg)]
    found.sort(key=lambda one: -one.why[leg])
    return {one.chunk_id: rank for rank, one in enumerate(found, 1)}


def _best_unit(evidence: Evidence, chunk_id: int) -> dict[str, Any] | None:
    for one in evidence.spans:
        if one.span.passage.chunk_id == chunk_id:
            scores = {"lexical": one.lexical, "dense": one.dense, "score": one.score}
            return {"text": one.span.text} | {name: round(value, 3) for name, value in scores.items()}
    return None


def _describe_query(retriever: Retriever, query: Query, idf: dict[str, float]) -> dict[str, Any]:
    return {
        "text": query.text,
        "language": query.language.value,
        "variants": query.variants,
        "words": {
            side: [
                {"word": word, "weight": round(weight, 2), "idf": round(idf[word], 2) if word in idf else None}
                for word, weight in sorted(words.items(), key=lambda pair: -pair[1] * idf.get(pair[0], 0.0))[:MAX_WORDS]
            ]
            for side, words in (("own", query.own), ("other", query.other))
        },
        "terms": [one.term for variant in query.variants for one in retriever.glossary.expand(variant)],
    }


def _decision(evidence: Evidence) -> dict[str, Any]:
    answer_confidence = confidence(evidence)
    values = features(evidence) if evidence.passages else {}
    return {
        "confidence": round(answer_confidence, 3),
        "threshold": round(threshold(), 3),
        "refused": answer_confidence < threshold() or not evidence.spans,
        "features": {name: round(value, 3) for name, value in values.items()},
    }
