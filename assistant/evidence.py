"""question → passages → the units of them that answer, scored.

Two looks at each unit: the words it shares with the question (weighted by what they are worth in this
tenant's documents; a word in the heading above counts half), and the cosine of its embedding. Only the most
promising units are embedded, to stay quick on an office PC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.units import Unit, units
from kb.language.detect import Language
from kb.language.numbers import figures
from kb.language.script import fold
from kb.language.words import index_words
from kb.search import embedding
from kb.search.encoder import Vectors
from kb.search.passage import Passage
from kb.search.retriever import Found, Retriever

__all__ = ["Evidence", "Scored", "gather", "word_set"]

# Passages whose units are looked at, and how many units are embedded: what an office PC does in 30 ms.
PASSAGES = 8
EMBEDDED_UNITS = 10
# What a passage's best unit counts beside the passage's own score.
UNIT_SHARE = 0.5
_FIGURE_QUESTION = re.compile(
    r"幾多|几多|幾耐|幾錢|幾時|幾點|幾日|幾個|幾長|幾大|多少|多久|多長|何時|甚麼時候|什么时候|上限|下限|最多|最少|幾年|幾遲|幾早|"
    r"\b(?:how (?:many|much|long|soon|often|old|late|early|far)|when|maximum|minimum|limit|deadline"
    r"|what (?:time|date|age))\b",
    re.IGNORECASE,
)
# Vectors of units seen lately by model and text, oldest first; 20,000 take 30 MB.
MOST_REMEMBERED = 20_000
_EMBEDDED: dict[tuple[str, str], NDArray[np.float32]] = {}


@dataclass(slots=True)
class Scored:
    """A unit with its scores in 0..1 (``lexical``, ``dense``) and the sum that orders units."""

    unit: Unit
    lexical: float
    dense: float
    score: float


@dataclass(slots=True)
class Evidence:
    """What the documents say to a question: passages best first, units best first."""

    found: Found
    units: list[Scored] = field(default_factory=list)

    @property
    def passages(self) -> list[Passage]:
        return self.found.passages


def gather(retriever: Retriever, question: str, collections: list[str] | None, as_of: date | None) -> Evidence:
    """Search, and score the units of the first passages."""
    found = retriever.search(retriever.read(question), collections=collections, as_of=as_of)
    evidence = Evidence(found)
    candidates = [unit for passage in found.passages[:PASSAGES] for unit in units(passage)]
    if not candidates:
        return evidence
    words = [_lexical(found, unit) for unit in candidates]
    chosen = _promising(candidates, words)
    vectors = _vectors(retriever, [candidates[i] for i in chosen])
    chinese = np.array([candidates[i].passage.language != Language.ENGLISH.value for i in chosen])
    cosines = found.centres.centred(vectors @ found.vectors.T, found.vectors, chinese).max(axis=1)
    cosines += found.centres.level(found.vectors)
    wants_figure = bool(_FIGURE_QUESTION.search(question))
    asked = set(figures(fold(question)))
    for i, cosine in zip(chosen, cosines, strict=True):
        evidence.units.append(_score(candidates[i], words[i], float(cosine), wants_figure, asked))
    evidence.units.sort(key=lambda one: -one.score)
    _rerank(evidence)
    return evidence


def _rerank(evidence: Evidence) -> None:
    """Order the passages by their own score and their best unit's: the passage that answers comes first."""
    best: dict[int, float] = {}
    for one in evidence.units:
        best.setdefault(one.unit.passage.chunk_id, one.score)
    for passage in evidence.passages:
        unit_score = best.get(passage.chunk_id, 0.0)
        passage.score = round((1.0 - UNIT_SHARE) * passage.score + UNIT_SHARE * unit_score, 4)
    evidence.passages.sort(key=lambda passage: -passage.score)


def _vectors(retriever: Retriever, chosen: list[Unit]) -> Vectors:
    """Embed units, each text once while the process lives."""
    model = retriever.settings.embedding_model
    texts = [_in_context(unit) for unit in chosen]
    known = {text: vector for text in texts if (vector := _EMBEDDED.get((model, text))) is not None}
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    made = embedding.load(retriever.settings).encode_passages(missing)
    for text, vector in zip(missing, made, strict=True):
        known[text] = _EMBEDDED[model, text] = vector
    while len(_EMBEDDED) > MOST_REMEMBERED:
        _EMBEDDED.pop(next(iter(_EMBEDDED)))
    return np.stack([known[text] for text in texts])


def _promising(candidates: list[Unit], words: list[float]) -> list[int]:
    """Return the indices worth embedding: the best by words and place, and always some of the first passage."""
    ranks = {id(unit.passage): unit.passage.score for unit in candidates}
    order = sorted(range(len(candidates)), key=lambda i: -(words[i] + 0.6 * ranks[id(candidates[i].passage)]))
    return sorted(order[:EMBEDDED_UNITS])


def _in_context(unit: Unit) -> str:
    """A unit as it is embedded: under its last heading, for a sentence seldom repeats its subject."""
    heading = unit.passage.heading_path[-1] if unit.passage.heading_path else unit.passage.title
    return f"{heading}\n{unit.text}" if heading not in unit.text else unit.text


@lru_cache(maxsize=20_000)
def word_set(text: str) -> frozenset[str]:
    """Return the index words of a text; texts come again with every question, so they are remembered."""
    return frozenset(index_words(text))


def _lexical(found: Found, unit: Unit) -> float:
    """Share of the question's worth that the unit's words carry, 0..1, counted in the unit's own language."""
    if found.possible <= 0.0:
        return 0.0
    here = word_set(unit.text)
    above = word_set("\n".join([unit.passage.title, *unit.passage.heading_path]))
    worth = 0.0
    for word, weight in found.query.words_for(unit.passage.language).items():
        if word in here:
            worth += weight * found.idf.get(word, 0.0)
        elif word in above:
            worth += 0.5 * weight * found.idf.get(word, 0.0)
    return min(1.0, worth / found.possible)


def _score(unit: Unit, lexical: float, cosine: float, wants_figure: bool, asked: set[str]) -> Scored:
    dense = float(np.clip((cosine - 0.75) / 0.17, 0.0, 1.0))
    score = 0.40 * lexical + 0.40 * dense + 0.30 * unit.passage.score
    given = set(figures(fold(unit.text))) - asked
    if wants_figure and given:
        score += 0.10
    if len(unit.text) < 12:  # a heading on its own answers nothing
        score -= 0.25
    return Scored(unit, lexical, dense, score)
