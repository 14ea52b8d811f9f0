"""How similar a claim and a text are: by shared terms in both languages, and by embeddings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.evidence.question_terms import word_set
from assistant.evidence.quotable_spans import QuotableSpan, spans_of
from kb.language import dictionary
from kb.language.quantities.index import figures
from kb.search.models import embedding
from kb.search.models.embedding_cache import EmbeddingCache
from kb.search.passage import Passage
from kb.search.query import Concept
from kb.search.retriever import Retriever

__all__ = ["Match", "Support", "concept_coverage"]

# The most spans of a passage that are embedded to find the source of a claim.
EMBEDDED = 8
# 4,000 vectors take 6 MB.
_VECTORS = EmbeddingCache(4000)


@dataclass(frozen=True, slots=True)
class Match:
    """A span and its similarity with the claim: the share of ``terms``, and the ``cosine`` on a scale of 0..1."""

    span: QuotableSpan
    terms: float
    cosine: float

    @property
    def score(self) -> float:
        """The mean of both, 0..1."""
        return 0.5 * self.terms + 0.5 * self.cosine


class Support:
    """Compares claims with the passages of one answer. The passages are split into spans once."""

    def __init__(self, retriever: Retriever, passages: list[Passage]) -> None:
        self._retriever = retriever
        self._spans = {one.chunk_id: spans_of(one) for one in passages}

    def concepts(self, text: str) -> list[Concept]:
        """Return the concepts of a text, each with its names in both languages, without figures (see figure_claims)."""
        counted = set(figures(text))
        query = self._retriever.read(text[: self._retriever.settings.max_question_chars])
        named = ([name for name in concept if not name <= counted] for concept in query.concepts)
        return [concept for concept in named if concept]

    def is_word(self, word: str) -> bool:
        """Whether an English word is in the dictionary. Such a word can be translated and is not a name."""
        return bool(dictionary.load(self._retriever.settings.cache).to_chinese(word.lower()))

    def best(self, claim: str, passage: Passage) -> list[Match]:
        """Return spans of a passage, the most similar to the claim first; at most ``EMBEDDED``."""
        concepts = self.concepts(claim)
        here = self._spans[passage.chunk_id]
        above = word_set("\n".join([passage.title, *passage.heading_path]))
        terms = [concept_coverage(concepts, word_set(span.text), above) for span in here]
        order = sorted(range(len(here)), key=lambda i: -terms[i])[:EMBEDDED]
        cosines = self._cosines(claim, [here[i] for i in order])
        found = [Match(here[i], terms[i], float(cosine)) for i, cosine in zip(order, cosines, strict=True)]
        return sorted(found, key=lambda match: -match.score)

    def _cosines(self, claim: str, chosen: list[QuotableSpan]) -> list[float]:
        if not chosen:
            return []
        encoder = embedding.load(self._retriever.settings)
        ours = _VECTORS.passages(encoder, [claim])
        theirs = _VECTORS.passages(encoder, [_with_heading(span) for span in chosen])
        # the model's cosine of any two texts is between 0.75 and 1
        return [float(one) for one in np.clip((theirs @ ours[0] - 0.75) / 0.20, 0.0, 1.0)]


def _with_heading(span: QuotableSpan) -> str:
    """Return the text to embed: the span below its heading."""
    path = span.passage.heading_path
    return f"{path[-1]}\n{span.text}" if path else span.text


def concept_coverage(concepts: list[Concept], words: frozenset[str], above: frozenset[str] = frozenset()) -> float:
    """Return the share, 0..1, of the concepts that the words name by any name.

    A concept that needs words of the headings ``above`` counts half.
    """
    if not concepts:
        return 0.0
    total = 0.0
    for concept in concepts:
        if any(name <= words for name in concept):
            total += 1.0
        elif any(name <= above | words for name in concept):
            total += 0.5
    return total / len(concepts)
