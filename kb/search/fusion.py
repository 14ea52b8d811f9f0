"""Fusion of the dense and the lexical leg into one score, fair to documents of either language.

An embedding model puts texts of one language nearer to each other than to their translations, and a word index
finds only its own language. So both legs are brought to one scale *within* each language first: cosines by the
question's mean similarity to that language's passages, words by the best score among them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["UNIT_SHARE", "blend_pair_scores", "blend_sentence_scores", "fuse"]

# Chosen on the development sets; `docs/benchmarks.md` has the ablation.
LEXICAL_SHARE = 0.6
# The same for Chinese passages when the question is in English: a word has many Chinese translations, and pairs of
# characters of wrong ones stand everywhere.
TRANSLATED_SHARE = 0.5
# The cosine distance below the best candidate at which a passage's dense score has fallen to 0.
DENSE_RANGE = 0.15
# What a passage's best sentence counts in its cosine, against the passage as a whole.
UNIT_SHARE = 0.5
# Where the best passage carries this share of what the question's words are worth, words are trusted fully.
FULL_TRUST = 1.1

# Where a passage has a twin in the other language, both stand on both scores: what the copy in the question's language
# counts of it, and by how much the other copy comes later: what else speaks the asker's language goes before it.
OWN_SHARE = 0.75
OTHER_LATER = 0.05

Floats = NDArray[np.float32]


def blend_sentence_scores(whole: Floats, best: Floats, share: float = UNIT_SHARE) -> Floats:
    """Return each candidate's cosines with a share of its best sentence's, shape (candidates, queries).

    Args:
        whole: cosines of the candidates' own vectors.
        best: of each candidate's nearest sentence; NaN where its sentences have no vectors yet. Such a candidate is
            given what sentences add to the others on average, lest it fall behind for being new.
    """
    known = ~np.isnan(best)
    if share == 0.0 or not known.any():
        return whole
    usual = float((best - whole)[known].mean())
    return np.asarray(whole + share * np.where(known, best - whole, usual), dtype=np.float32)


def fuse(dense: Floats, lexical: Floats, chinese: NDArray[np.bool_], possible: float, asked_in_chinese: bool) -> Floats:
    """Return one score per candidate, 0..1, higher is better.

    Args:
        dense: best similarity of each candidate with any variant of the question, centred by language.
        lexical: weighted BM25 of each candidate, 0 where it has none of the words.
        chinese: whether each candidate is in Chinese.
        possible: the weighted idf sum of the question: what its words are worth together.

    The dense leg counts by its distance from the best candidate. The lexical leg counts by its share of the best
    score in the candidate's language, and less where even that best passage holds little of the question: a leg
    that knows nothing must not bury one that does.
    """
    if dense.size == 0:
        return dense
    near = np.clip(1.0 - (dense.max() - dense) / DENSE_RANGE, 0.0, 1.0)
    words = np.zeros_like(near)
    for group in (chinese, ~chinese):
        best = float(lexical[group].max()) if group.any() else 0.0
        if best > 0.0 and possible > 0.0:
            words[group] = min(1.0, best / (possible * FULL_TRUST)) * lexical[group] / best
    share = np.where(chinese & (not asked_in_chinese), TRANSLATED_SHARE, LEXICAL_SHARE)
    return np.asarray((1.0 - share) * near + share * words, dtype=np.float32)


def blend_pair_scores(scores: Floats, others: NDArray[np.floating], own: NDArray[np.bool_]) -> Floats:
    """Return the scores with twins judged as one: a translated word that misleads finds one copy and not the other.

    Args:
        others: the score of each candidate's best twin, NaN where it has none.
        own: whether each candidate is in the question's language.
    """
    share = np.where(own, OWN_SHARE, 1.0 - OWN_SHARE)
    joint = share * scores + (1.0 - share) * others + np.where(own, 0.0, -OTHER_LATER)
    return np.asarray(np.where(np.isnan(others), scores, joint), dtype=np.float32)
