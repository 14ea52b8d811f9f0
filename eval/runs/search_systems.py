"""The systems that a run can compare. All of them use the product's search.

``hybrid`` is the product's result, unchanged. ``dense``, ``centred`` and ``lexical`` sort the same candidates by one
part of their score (``Passage.why``). The ablations remove a part of the analysed question, or score passages without
their single sentences (``no-units``), or rank the two documents of a bilingual pair separately (``no-pairs``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from kb.language.glossary import Expansion, Glossary
from kb.language.words import query_words
from kb.search.passage import Passage
from kb.search.query import Query
from kb.search.ranking import RankingWeights
from kb.search.retriever import Retriever

__all__ = ["SYSTEMS", "document_scores"]

_RUN_DEPTH = 100  # documents of a run


class _EmptyGlossary(Glossary):
    """A glossary without terms."""

    def expand(self, text: str) -> list[Expansion]:
        return []


def _read(retriever: Retriever, question: str) -> Query:
    return retriever.read(question)


def _without_glossary(retriever: Retriever, question: str) -> Query:
    original, retriever.glossary = retriever.glossary, _EmptyGlossary()
    try:
        return retriever.read(question)
    finally:
        retriever.glossary = original


def _without_translation(retriever: Retriever, question: str) -> Query:
    """Read the question without words of the other language, except those that the person typed in it."""
    query = retriever.read(question)
    return _own_language_only(query)


def _own_language_only(query: Query) -> Query:
    other = {word: weight for word, weight in query.typed.items() if word.isascii()}
    return replace(query, other=other, names=[name for name in query.names if name.own])


def _without_rewriting(retriever: Retriever, question: str) -> Query:
    """Read the question without its written-Chinese variants; names of the glossary and translations remain."""
    return _without_variants(retriever.read(question))


def _as_typed(retriever: Retriever, question: str) -> Query:
    return _own_language_only(_without_variants(_without_glossary(retriever, question)))


def _without_variants(query: Query) -> Query:
    typed = dict(query_words(query.text))
    names = {word: weight for word, weight in query.own.items() if word not in query.typed}
    return replace(query, variants=[query.text], typed=typed, own={**names, **typed})


def _as_returned(_passage: Passage, position: int) -> float:
    return -float(position)


def _dense(passage: Passage, _position: int) -> float:
    return passage.why["dense"]


def _centred(passage: Passage, _position: int) -> float:
    return passage.why["centred"]


def _lexical(passage: Passage, _position: int) -> float:
    # 0: the passage has none of the words, so lexical search did not find it
    return passage.why["lexical"] or float("-inf")


@dataclass(frozen=True, slots=True)
class SearchSystem:
    """A variant of search.

    Attributes:
        read: analyses a question.
        score: gives the score of a passage, from the passage and its position in the search result.
        ranking: the weights of the product's ranking.
    """

    read: Callable[[Retriever, str], Query]
    score: Callable[[Passage, int], float]
    ranking: RankingWeights = field(default_factory=RankingWeights)


SYSTEMS: dict[str, SearchSystem] = {
    "hybrid": SearchSystem(_read, _as_returned),
    "dense": SearchSystem(_read, _dense),
    "centred": SearchSystem(_read, _centred),
    "lexical": SearchSystem(_read, _lexical),
    "no-units": SearchSystem(_read, _as_returned, RankingWeights(sentence_share=0.0)),
    "no-pairs": SearchSystem(_read, _as_returned, RankingWeights(pairs=False)),
    "no-glossary": SearchSystem(_without_glossary, _as_returned),
    "no-translation": SearchSystem(_without_translation, _as_returned),
    "no-rewriting": SearchSystem(_without_rewriting, _as_returned),
    "as-typed": SearchSystem(_as_typed, _as_returned),
}


def document_scores(passages: Sequence[Passage], system: SearchSystem) -> dict[str, float]:
    """Return ``{document: score}`` by each document's best passage, at most 100 documents.

    The scores decrease strictly, because trec_eval would order ties by its own rule.
    """
    scored = [(system.score(passage, position), passage) for position, passage in enumerate(passages)]
    # Passages with equal scores are sorted by chunk id. Otherwise the order of the fusion would decide.
    scored.sort(key=lambda pair: (-pair[0], pair[1].chunk_id))
    order = dict.fromkeys(passage.document for value, passage in scored if value > float("-inf"))
    ranked = list(order)[:_RUN_DEPTH]
    return {document: float(len(ranked) - rank) for rank, document in enumerate(ranked)}
