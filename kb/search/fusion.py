"""Fusion of dense and lexical scores into one score, without favouring documents of either language.

An embedding model places texts of one language nearer to each other than to their translations, and a word index finds
only its own language. So both scores are first scaled *within* each language: cosines by the question's mean similarity
to the passages of that language, BM25 by the best score among them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["SENTENCE_SHARE", "blend_pair_scores", "blend_sentence_scores", "fuse"]

# Chosen on the development sets; `docs/benchmarks.md` has the ablation.
LEXICAL_SHARE = 0.6
# The same for Chinese passages when the question is in English: a word has many Chinese translations, and the character
# pairs of wrong ones are frequent.
TRANSLATED_SHARE = 0.5
# The cosine distance from the best candidate at which a passage's dense score has fallen to 0.
DENSE_RANGE = 0.15
# The weight of a passage's best sentence in its cosine, against the passage as a whole.
SENTENCE_SHARE = 0.5
# The lexical scores count fully if the best passage has at least this share of the question's weighted idf sum.
FULL_TRUST = 1.1

# A passage and its counterpart in the other language are scored together: the share of the score that comes from the
# passage in the question's language, and what is subtracted from the other one, so that other passages in the
# question's language come before it.
OWN_SHARE = 0.75
OTHER_PENALTY = 0.05

Floats = NDArray[np.float32]


def blend_sentence_scores(whole: Floats, best: Floats, share: float = SENTENCE_SHARE) -> Floats:
    """Return each candidate's cosines, blended with those of its best sentence, shape (candidates, queries).

    Args:
        whole: cosines of the candidates' own vectors.
        best: cosines of each candidate's nearest sentence; NaN where its sentences have no vectors yet. Such a
            candidate gets the mean difference of the others, so that a new document is not ranked lower.
        share: the weight of the sentence, 0..1.
    """
    known = ~np.isnan(best)
    if share == 0.0 or not known.any():
        return whole
    mean_difference = float((best - whole)[known].mean())
    return np.asarray(whole + share * np.where(known, best - whole, mean_difference), dtype=np.float32)


def fuse(
    dense: Floats, lexical: Floats, chinese: NDArray[np.bool_], max_score: float, asked_in_chinese: bool
) -> Floats:
    """Return one score for each candidate, 0..1, higher is better, shape (candidates,).

    A dense score is scaled by its distance from the best candidate. A lexical score is scaled by the best score in the
    candidate's language, and lowered where even that best passage has few of the question's words: a search that found
    nothing must not hide the results of one that did.

    Args:
        dense: best cosine of each candidate with any variant of the question, less the mean of its language.
        lexical: weighted BM25 of each candidate, 0 where it has none of the words.
        chinese: whether each candidate is in Chinese.
        max_score: the weighted idf sum of the question's words.
    """
    if dense.size == 0:
        return dense
    dense_scaled = np.clip(1.0 - (dense.max() - dense) / DENSE_RANGE, 0.0, 1.0)
    lexical_scaled = np.zeros_like(dense_scaled)
    for group in (chinese, ~chinese):
        best = float(lexical[group].max()) if group.any() else 0.0
        if best > 0.0 and max_score > 0.0:
            lexical_scaled[group] = min(1.0, best / (max_score * FULL_TRUST)) * lexical[group] / best
    share = np.where(chinese & (not asked_in_chinese), TRANSLATED_SHARE, LEXICAL_SHARE)
    return np.asarray((1.0 - share) * dense_scaled + share * lexical_scaled, dtype=np.float32)


def blend_pair_scores(scores: Floats, others: NDArray[np.floating], own: NDArray[np.bool_]) -> Floats:
    """Return the scores, blended with those of the counterparts.

    A mistranslated word finds a passage in one language only: the passage's counterpart lowers its score.

    Args:
        others: the score of each candidate's best counterpart, NaN where it has none.
        own: whether each candidate is in the question's language.
    """
    share = np.where(own, OWN_SHARE, 1.0 - OWN_SHARE)
    blended = share * scores + (1.0 - share) * others - np.where(own, 0.0, OTHER_PENALTY)
    return np.asarray(np.where(np.isnan(others), scores, blended), dtype=np.float32)
