"""How well a span answers a question: a linear model over a few features.

``scoring.json`` has the weights. ``python -m eval.training.fit_choice`` fits them to questions with known answers, as
the conditional logit of the spans of one question (McFadden 1974). So scores are log-odds, and only the differences
between the spans of the same question have a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.evidence.answer_kinds import Kind, figures_of, kinds, share
from assistant.evidence.question_terms import Term, coverage, terms, word_set
from assistant.evidence.quotable_spans import QuotableSpan, column_names
from assistant.evidence.row_units import with_units
from kb.core import data_files
from kb.language.detect import Language, is_chinese
from kb.language.script import fold
from kb.language.words import query_words
from kb.search.passage import Passage
from kb.search.retriever import SearchResult

__all__ = ["FEATURES", "ScoredSpan", "above", "read", "score"]

FEATURES = (
    "words", "words_above", "words_title", "cosine", "cosine_gap", "passage",
    "kind", "coverage", "coverage_above", "subject", "heading", "lead_in",
)  # fmt: skip
_LEAD_IN = re.compile(r"[:：]\s*$")
_NUMBERED = re.compile(r"^\s*(?:\d+(?:\.\d+)+\.?|[（(]?[\da-zA-Z]{1,2}[)）.、]|[•●-])\s*")
_CLAUSE_END = re.compile(r"[，,；;：:。]")
_SENTENCE = re.compile(r"[。.;；!?，,\t]|\d")
_SUBJECT_CHARS, _SUBJECT_WORDS, _HEADING_CHARS = 24, 8, 45


@dataclass(frozen=True, slots=True)
class QuestionFeatures:
    """The features of a question, computed once for all spans.

    Attributes:
        kinds: the kinds of answer that it asks for.
        figures: the figures in it, in their normal form.
        terms: its terms, the highest weight first.
        word_weights: for Chinese (True) and English (False) texts, each word with its share of the question's weight.
        best: the score of the best passage.
    """

    kinds: list[Kind]
    figures: frozenset[str]
    terms: list[Term]
    word_weights: dict[bool, dict[str, float]]
    best: float


@dataclass(slots=True)
class ScoredSpan:
    """A span with its features (in the order of ``FEATURES``), its cosine with the question, and its score."""

    span: QuotableSpan
    features: NDArray[np.float64]
    cosine: float
    score: float

    def __getitem__(self, name: str) -> float:
        return float(self.features[FEATURES.index(name)])

    @property
    def lexical(self) -> float:
        """The share, 0..1, of the question's weight that the span's words have."""
        return self["words"]

    @property
    def dense(self) -> float:
        """The similarity in meaning, 0..1."""
        return self["cosine"]


def read(found: SearchResult) -> QuestionFeatures:
    """Return the features of a question."""
    text, max_score = found.query.text, found.max_score or 1.0
    word_weights = {
        chinese: {
            word: weight * found.idf.get(word, 0.0) / max_score
            for word, weight in found.query.words_for(Language.TRADITIONAL if chinese else Language.ENGLISH).items()
        }
        for chinese in (True, False)
    }
    best = max((one.score for one in found.passages), default=0.0) or 1.0
    return QuestionFeatures(kinds(text), figures_of(text), terms(found), word_weights, best)


def score(question: QuestionFeatures, spans: Sequence[QuotableSpan], cosines: NDArray[np.float32]) -> list[ScoredSpan]:
    """Score spans, best first.

    Args:
        cosines: of each span with the question, shape (spans,), on one scale for both languages.
    """
    weights = np.array([_weights()[name] for name in FEATURES])
    best = float(cosines.max())
    rows = [features(question, span, float(cosine), best) for span, cosine in zip(spans, cosines, strict=True)]
    scored = [
        ScoredSpan(span, row, float(cosine), float(row @ weights))
        for span, row, cosine in zip(spans, rows, cosines, strict=True)
    ]
    return sorted(scored, key=lambda one: -one.score)


def _weights() -> dict[str, float]:
    loaded: dict[str, float] = data_files.json_data("assistant.evidence", "scoring.json")["weights"]
    return loaded


def features(question: QuestionFeatures, span: QuotableSpan, cosine: float, best_cosine: float) -> NDArray[np.float64]:
    """Return the features of a span, shape (features,), in the order of ``FEATURES``.

    - words, words_above, words_title: the share of the question's weight that the words in the span have, the words
      that are only above it (title, headings, header row of a table), and the words in the title;
    - cosine, cosine_gap: the similarity in meaning, 0..1, and its distance to that of the most similar span;
    - passage: the passage's score divided by the best passage's;
    - kind: the share of the expected kinds of answer of which the span contains one;
    - coverage, coverage_above: the weighted share of the question's terms that the span mentions, alone and with the
      text above it;
    - subject: the share of the span's first words (of a row, the first cell) that are in the question. A clause on
      maternity leave begins with another kind of leave than the one in the question;
    - heading, lead_in: whether the span is only a heading, and whether it opens a list.
    """
    passage = span.passage
    here, over, title = word_set(span.text), above(span), word_set(passage.title)
    weights = question.word_weights[is_chinese(passage.language)]
    return np.array(
        [
            sum(value for word, value in weights.items() if word in here),
            sum(value for word, value in weights.items() if word in over and word not in here),
            sum(value for word, value in weights.items() if word in title),
            float(np.clip((cosine - 0.75) / 0.17, 0.0, 1.0)),
            max(-1.0, (cosine - best_cosine) * 10.0),
            passage.score / question.best,
            share(question.kinds, with_units(span), question.figures),
            coverage(here, question.terms),
            coverage(here | over, question.terms),
            _subject_share(span.text, weights),
            float(_is_heading(span.text, passage)),
            float(bool(_LEAD_IN.search(span.text))),
        ]
    )


def above(span: QuotableSpan) -> frozenset[str]:
    """Return the index words above a span: those of the title, the headings and the header row of its table."""
    headings = "\n".join([span.passage.title, *span.passage.heading_path])
    return word_set(headings) | word_set("\n".join(column_names(span)))


@lru_cache(maxsize=50_000)
def _subject(text: str) -> tuple[str, ...]:
    """Return the important words at the beginning of a span."""
    opening = text.split("\t", maxsplit=1)[0]
    if opening == text:
        opening = _CLAUSE_END.split(_NUMBERED.sub("", text), maxsplit=1)[0]
        opening = " ".join(opening.split()[:_SUBJECT_WORDS]) if opening.isascii() else opening[:_SUBJECT_CHARS]
    return tuple(word for word, weight in query_words(opening) if weight >= 0.5) if opening else ()


def _subject_share(text: str, words: Mapping[str, float]) -> float:
    subject = _subject(text)
    return sum(word in words for word in subject) / len(subject) if subject else 0.0


def _is_heading(text: str, passage: Passage) -> bool:
    short = len(text) < _HEADING_CHARS and not _SENTENCE.search(text.rstrip(".").lstrip("0123456789. "))
    return short or _plain(text) in map(_plain, (passage.title, *passage.heading_path))


@lru_cache(maxsize=50_000)
def _plain(text: str) -> str:
    return fold(text).strip()
