"""One question looked at from inside: how it was understood, what each leg of search found, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from assistant.answers.refusal import confidence, features, threshold
from assistant.evidence.gather import Evidence, gather
from kb.search.passage import Passage
from kb.search.query import Query
from kb.search.retriever import Retriever

__all__ = ["Hit", "HitTest", "explain"]

# Words shown of how a question was understood.
MOST_WORDS = 40
SHOWN_TEXT = 1200


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its place in every order, from 1; None where a leg did not find it.

    Attributes:
        ranks: ``{"dense", "lexical", "fused", "final"}``; ``fused`` before, ``final`` after reranking.
        unit: the sentence that speaks best to the question, with its scores; None where none was looked at.
    """

    passage: Passage
    ranks: dict[str, int | None]
    unit: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class HitTest:
    """What was found for one question and why; ``hits`` in the final order."""

    question: dict[str, Any]
    hits: list[Hit]
    decision: dict[str, Any]


def explain(
    retriever: Retriever, question: str, collections: list[str] | None, as_of: date | None, limit: int = 20
) -> HitTest:
    """Search as the product does and keep what it usually throws away.

    Raises:
        InputError: ``question_empty``, ``question_too_long``.
    """
    query = retriever.read(question)
    fused = retriever.search(query, collections=collections, as_of=as_of, limit=2 * retriever.settings.candidates)
    order = [one.chunk_id for one in fused.passages]
    ranks = {
        "dense": _ranked(fused.passages, "centred"),
        "lexical": _ranked(fused.passages, "lexical"),
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
    return HitTest(_understood(retriever, query, fused.idf), hits, _decision(evidence))


def _ranked(passages: list[Passage], leg: str) -> dict[int, int]:
    found = [one for one in passages if one.why.get(leg)]
    found.sort(key=lambda one: -one.why[leg])
    return {one.chunk_id: rank for rank, one in enumerate(found, 1)}


def _best_unit(evidence: Evidence, chunk_id: int) -> dict[str, Any] | None:
    for one in evidence.spans:
        if one.span.passage.chunk_id == chunk_id:
            scores = {"lexical": one.lexical, "dense": one.dense, "score": one.score}
            return {"text": one.span.text} | {name: round(value, 3) for name, value in scores.items()}
    return None


def _understood(retriever: Retriever, query: Query, idf: dict[str, float]) -> dict[str, Any]:
    return {
        "text": query.text,
        "language": query.language.value,
        "variants": query.variants,
        "words": {
            side: [
                {"word": word, "weight": round(weight, 2), "idf": round(idf[word], 2) if word in idf else None}
                for word, weight in sorted(words.items(), key=lambda pair: -pair[1] * idf.get(pair[0], 0.0))[
                    :MOST_WORDS
                ]
            ]
            for side, words in (("own", query.own), ("other", query.other))
        },
        "terms": [one.term for variant in query.variants for one in retriever.glossary.expand(variant)],
    }


def _decision(evidence: Evidence) -> dict[str, Any]:
    sure = confidence(evidence)
    values = features(evidence) if evidence.passages else {}
    return {
        "confidence": round(sure, 3),
        "threshold": round(threshold(), 3),
        "refused": sure < threshold() or not evidence.spans,
        "features": {name: round(value, 3) for name, value in values.items()},
    }
