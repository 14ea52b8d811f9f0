"""From candidates to an order: both legs, sentences, fusion, twins. Pure computing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.search.candidates import Candidates
from kb.search.dense.language_means import LanguageMeans
from kb.search.fusion import UNIT_SHARE, blend_pair_scores, blend_sentence_scores, fuse
from kb.search.lexical.word_index import LexicalScores
from kb.search.models.encoder import Vectors

__all__ = ["RankedChunk", "RankingWeights", "first", "is_new", "rank"]


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """What an evaluator may change to see what a part is worth.

    Attributes:
        unit_share: what a passage's best sentence counts in its cosine.
        twins: whether a passage and its twin in the other language are judged together.
    """

    unit_share: float = UNIT_SHARE
    twins: bool = True


@dataclass(frozen=True, slots=True)
class RankedChunk:
    """A candidate with its score, why it has it, and its twin among the candidates."""

    chunk_id: int
    score: float
    why: dict[str, float]
    twin: int | None


def rank(
    ranking: RankingWeights,
    vectors: Vectors,
    middle: LanguageMeans,
    chosen: Candidates,
    words: LexicalScores,
    possible: float,
    twins: Mapping[int, Sequence[int]],
    asked_in_chinese: bool,
) -> list[RankedChunk]:
    """Return all candidates, best first.

    Args:
        vectors: of the question's variants, shape (variants, dimension).
        words: what the words found.
        possible: what the question's words are worth together.
        twins: of those candidates that have any, by chunk id.
    """
    ids, chinese, cosines = chosen.ids, chosen.chinese, chosen.cosines
    if not ids:
        return []
    refined = blend_sentence_scores(cosines, chosen.sentences.best(), ranking.unit_share)
    centred = middle.centred(refined, vectors, chinese).max(axis=1)
    lexical = np.array([words.score(one) for one in ids], dtype=np.float32)
    scores = fuse(centred, lexical, chinese, possible, asked_in_chinese)
    partner = _partners(ids, scores, twins) if ranking.twins else {}
    if partner:
        others = np.array([scores[partner[i]] if i in partner else np.nan for i in range(len(ids))])
        scores = blend_pair_scores(scores, others, chinese == asked_in_chinese)
    order = np.argsort(-scores, kind="stable")
    dense, near, found = cosines.max(axis=1).tolist(), centred.tolist(), lexical.tolist()
    return [
        RankedChunk(
            ids[i],
            round(score, 4),
            {"dense": round(dense[i], 4), "centred": round(near[i], 4), "lexical": round(found[i], 3)},
            ids[partner[i]] if i in partner else None,
        )
        for i, score in zip(order.tolist(), scores[order].tolist(), strict=True)
    ]


def _partners(ids: Sequence[int], scores: NDArray[np.float32], twins: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Return the place of each candidate's best twin, by the candidate's place."""
    place = {one: i for i, one in enumerate(ids)}
    found = {}
    for one, others in twins.items():
        there = [place[other] for other in others if other in place]
        if one in place and there:
            found[place[one]] = max(there, key=lambda i: float(scores[i]))
    return found


def first(ranked: Sequence[RankedChunk], limit: int) -> list[RankedChunk]:
    """Return the best up to ``limit``; a passage and its twin count as one, for they say one thing."""
    new = np.cumsum(is_new(ranked))
    return [one for one, number in zip(ranked, new, strict=True) if number <= limit]


class _Paired(Protocol):
    @property
    def chunk_id(self) -> int: ...
    @property
    def twin(self) -> int | None: ...


def is_new(ranked: Iterable[_Paired]) -> list[bool]:
    """Return for each passage whether it says something that no twin of it before it said."""
    seen: set[int] = set()
    said: set[int] = set()
    found = []
    for one in ranked:
        found.append(one.chunk_id not in said and one.twin not in seen)
        seen.add(one.chunk_id)
        if one.twin is not None:
            said.add(one.twin)
    return found
