"""Candidates → passages in order: dense and lexical scores, sentences, fusion, bilingual pairs. Pure computing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.search.candidates import Candidates
from kb.search.dense.language_means import LanguageMeans
from kb.search.fusion import SENTENCE_SHARE, blend_pair_scores, blend_sentence_scores, fuse
from kb.search.lexical.word_index import LexicalScores
from kb.search.models.encoder import Vectors

__all__ = ["RankedChunk", "RankingWeights", "first", "is_new", "rank"]


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """Settings of the ranking that an evaluation can change, to measure the effect of one part.

    Attributes:
        sentence_share: the weight of a passage's best sentence in the passage's cosine.
        pairs: whether a passage and its counterpart in the other language are scored together.
    """

    sentence_share: float = SENTENCE_SHARE
    pairs: bool = True


@dataclass(frozen=True, slots=True)
class RankedChunk:
    """A candidate with its score.

    Attributes:
        why: the parts of the score: ``{"dense": cosine, "centred": cosine less the language's mean, "lexical": BM25}``.
        counterpart: chunk id of its best counterpart among the candidates.
    """

    chunk_id: int
    score: float
    why: dict[str, float]
    counterpart: int | None


def rank(
    weights: RankingWeights,
    vectors: Vectors,
    language_means: LanguageMeans,
    candidates: Candidates,
    words: LexicalScores,
    max_score: float,
    counterparts: Mapping[int, Sequence[int]],
    asked_in_chinese: bool,
) -> list[RankedChunk]:
    """Return all candidates, best first.

    Args:
        vectors: of the question's variants, shape (variants, dimension).
        words: the result of the lexical search.
        max_score: the weighted idf sum of the question's words.
        counterparts: chunk ids of the counterparts, for candidates that have any, by chunk id.
    """
    ids, chinese, cosines = candidates.ids, candidates.chinese, candidates.cosines
    if not ids:
        return []
    with_sentences = blend_sentence_scores(cosines, candidates.sentences.best(), weights.sentence_share)
    centred = language_means.centred(with_sentences, vectors, chinese).max(axis=1)
    lexical = np.array([words.score(one) for one in ids], dtype=np.float32)
    scores = fuse(centred, lexical, chinese, max_score, asked_in_chinese)
    partner = _best_counterparts(ids, scores, counterparts) if weights.pairs else {}
    if partner:
        others = np.array([scores[partner[i]] if i in partner else np.nan for i in range(len(ids))])
        scores = blend_pair_scores(scores, others, chinese == asked_in_chinese)
    order = np.argsort(-scores, kind="stable")
    dense, centred_list, lexical_list = cosines.max(axis=1).tolist(), centred.tolist(), lexical.tolist()
    return [
        RankedChunk(
            ids[i],
            round(score, 4),
            {
                "dense": round(dense[i], 4),
                "centred": round(centred_list[i], 4),
                "lexical": round(lexical_list[i], 3),
            },
            ids[partner[i]] if i in partner else None,
        )
        for i, score in zip(order.tolist(), scores[order].tolist(), strict=True)
    ]


def _best_counterparts(
    ids: Sequence[int], scores: NDArray[np.float32], counterparts: Mapping[int, Sequence[int]]
) -> dict[int, int]:
    """Return the index of each candidate's best counterpart, by the candidate's index."""
    index_of = {chunk_id: i for i, chunk_id in enumerate(ids)}
    found = {}
    for chunk_id, others in counterparts.items():
        candidates = [index_of[other] for other in others if other in index_of]
        if chunk_id in index_of and candidates:
            found[index_of[chunk_id]] = max(candidates, key=lambda i: float(scores[i]))
    return found


def first(ranked: Sequence[RankedChunk], limit: int) -> list[RankedChunk]:
    """Return the best up to ``limit``; a passage and its counterpart count as one."""
    numbers = np.cumsum(is_new(ranked))
    return [one for one, number in zip(ranked, numbers, strict=True) if number <= limit]


class _HasCounterpart(Protocol):
    @property
    def chunk_id(self) -> int: ...
    @property
    def counterpart(self) -> int | None: ...


def is_new(ranked: Iterable[_HasCounterpart]) -> list[bool]:
    """Return for each passage whether no counterpart of it stands before it."""
    seen: set[int] = set()
    counterparts_seen: set[int] = set()
    found = []
    for one in ranked:
        found.append(one.chunk_id not in counterparts_seen and one.counterpart not in seen)
        seen.add(one.chunk_id)
        if one.counterpart is not None:
            counterparts_seen.add(one.counterpart)
    return found
