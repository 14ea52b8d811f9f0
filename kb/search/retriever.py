"""The way in to search: :meth:`Retriever.search` turns a question into passages.

Its steps: which versions are in force on the day (:mod:`.scope`), lexical and dense search (:mod:`.lexical.word_index`,
:mod:`.candidates`), the counterparts in the other language (:mod:`.bilingual.pair_records`), one ranking of all
(:mod:`.ranking`).
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Self

import numpy as np

from kb.core.cpu_cores import usable_cores
from kb.core.errors import InputError, Misconfigured
from kb.core.local_date import today
from kb.core.settings import Settings
from kb.language import dictionary
from kb.language.glossary import Glossary
from kb.library.documents import DocumentVersion, Library
from kb.library.tenant_glossary import TenantGlossary
from kb.search import candidates
from kb.search.bilingual import pair_records
from kb.search.candidates import Candidates
from kb.search.dense.flat_index import FlatIndex
from kb.search.dense.language_means import LanguageMeans
from kb.search.dense.sentence_vectors import SentenceCosines
from kb.search.lexical.word_index import WordIndex
from kb.search.models import embedding
from kb.search.models.embedding_cache import EmbeddingCache
from kb.search.models.encoder import Vectors
from kb.search.passage import Passage, passage
from kb.search.query import Query, analyse
from kb.search.ranking import RankedChunk, RankingWeights, first, rank
from kb.search.scope import Scope, Scopes
from kb.search.scope_means import ScopeMeans
from kb.store.tenants import Tenant

__all__ = ["Retriever", "SearchResult", "embed_questions"]

# Lexical search runs while the question is embedded. There are not more threads than cores: with many questions,
# lexical searches in parallel take the processor's cache from each other, and each takes longer.
_LEXICAL_THREADS = ThreadPoolExecutor(usable_cores(), thread_name_prefix="words")
# The vectors of the questions asked last: whether one calls for a card is decided before it is searched for.
_QUESTION_VECTORS = EmbeddingCache(500)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages, best first, and what the search computed on the way: to choose sentences, to explain the ranking.

    Attributes:
        vectors: of the query's variants, shape (len(query.variants), dimension).
        idf: inverse document frequency of the question's words in the searched versions; words that occur nowhere in
            them are absent.
        max_score: the weighted idf sum of the typed words; words that occur nowhere included.
        language_means: mean vectors by language, of passages of the searched versions.
        as_of: the day for which the passages hold.
        sentences: cosines of the passages' sentences with the variants, by chunk id, where they have vectors.
    """

    query: Query
    passages: list[Passage]
    vectors: Vectors
    idf: dict[str, float]
    max_score: float
    language_means: LanguageMeans
    as_of: date
    sentences: dict[int, SentenceCosines] = field(default_factory=dict)


def embed_questions(settings: Settings, texts: Sequence[str]) -> Vectors:
    """Return the vectors of texts as questions, shape (texts, dimension); a search for one does not compute it again.

    Raises:
        Misconfigured: ``model_unavailable``.
    """
    return _QUESTION_VECTORS.queries(embedding.load(settings), texts)


class Retriever:
    """Search in one tenant. A new object is cheap; the model is loaded with the first question."""

    def __init__(self, settings: Settings, tenant: Tenant) -> None:
        self.settings = settings
        self.tenant = tenant
        self.library = Library(tenant)
        self.glossary: Glossary = TenantGlossary(self.library)
        self.ranking = RankingWeights()
        self._words = WordIndex(self.library)
        self._scopes = Scopes(self.library, self._in_force)
        self._scopes_out_of_force = Scopes(self.library, self._out_of_force)
        self._means = ScopeMeans(self.library, self._words)
        self._flat_index = FlatIndex(self.library, lambda: embedding.identity(settings))

    def seeing(self, collections: Collection[str]) -> Self:
        """Return this retriever, with its caches, for who may see people's data in ``collections`` (slugs).

        Others get passages with marks in place of it (:meth:`kb.library.documents.Library.seeing`).
        """
        view = copy.copy(self)
        view.library = self.library.seeing(collections)
        return view

    def retrieve(
        self,
        question: str,
        *,
        limit: int | None = None,
        collections: Sequence[str] | None = None,
        as_of: date | None = None,
    ) -> list[Passage]:
        """Return the passages nearest to ``question``, best first.

        Args:
            question: Cantonese, written Chinese, English or a mixture.
            limit: how many at most, a passage and its counterpart in the other language counting as one; by default
                ``settings.passages``.
            collections: slugs to search; by default all of the tenant's.
            as_of: the day for which the passages should hold; today by default.

        Raises:
            InputError: ``question_empty``, ``question_too_long``.
            Misconfigured: ``model_mismatch`` when a collection was built with another model.
        """
        return self.search(self.read(question), limit=limit, collections=collections, as_of=as_of).passages

    def checked(self, question: str) -> str:
        """Return a question without leading and trailing white space.

        Raises:
            InputError: ``question_empty``, ``question_too_long``; ``question_invalid`` if it is not valid UTF-8.
        """
        text = question.strip()
        if not text:
            raise InputError("question_empty")
        if len(text) > self.settings.max_question_chars:
            raise InputError("question_too_long", length=len(text), limit=self.settings.max_question_chars)
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:  # a lone surrogate: of a JSON escape, or of bytes that are not UTF-8
            raise InputError("question_invalid") from error
        return text

    def read(self, question: str) -> Query:
        """Check a question and analyse it (:func:`kb.search.query.analyse`).

        Raises:
            InputError: ``question_empty``, ``question_too_long``.
        """
        return analyse(self.checked(question), self.glossary, dictionary.load(self.settings.cache))

    def search(
        self,
        query: Query,
        *,
        limit: int | None = None,
        collections: Sequence[str] | None = None,
        as_of: date | None = None,
        in_force: bool = True,
    ) -> SearchResult:
        """Like :meth:`retrieve`, for a question analysed by :meth:`read`; returns what the search computed too.

        Args:
            in_force: False to search the documents without a version in force on the day instead.
        """
        day = as_of or today()
        scope = (self._scopes if in_force else self._scopes_out_of_force).on(day, collections)
        encoder = embedding.load(self.settings)
        means = self._means.of(scope.versions, encoder.identity.dimension)
        chinese = query.language.is_chinese
        lexical_search = _LEXICAL_THREADS.submit(self._words.search, query, scope.versions, self.settings.candidates)
        vectors = embed_questions(self.settings, query.variants)
        shifted = means.shifted_to_other_language(vectors, chinese)
        queries = vectors if shifted is None else np.concatenate([vectors, shifted])
        nearest = candidates.nearest_chunks(self.settings, self.library, self._flat_index, queries, scope)
        words = lexical_search.result()
        max_score = sum(weight * words.idf.get(word, words.unseen_idf) for word, weight in query.typed.items())
        found, counterparts = self._with_counterparts({*nearest, *words.scores}, scope, vectors)
        ranked = rank(self.ranking, vectors, means, found, words, max_score, counterparts, chinese)
        passages = self._passages(first(ranked, limit or self.settings.passages), scope)
        sentences = found.sentence_cosines([one.chunk_id for one in passages])
        return SearchResult(query, passages, vectors, words.idf, max_score, means, day, sentences)

    def _with_counterparts(
        self, found: set[int], scope: Scope, vectors: Vectors
    ) -> tuple[Candidates, dict[int, list[int]]]:
        """Return the candidates: the chunks found and their counterparts, which the question may not have found.

        Returns:
            The candidates, and the counterparts of those that have any, by chunk id.
        """
        with self.library.session() as session:
            counterparts = pair_records.counterparts_of(session, found)
            missed = {one for others in counterparts.values() for one in others} - found
            counterparts |= pair_records.counterparts_of(session, missed) if missed else {}
        return candidates.load_candidates(self.library, found | missed, scope.versions, vectors), counterparts

    def _passages(self, ranked: list[RankedChunk], scope: Scope) -> list[Passage]:
        """Return the passages of chunks.

        One whose document was deleted since it was found is left out, and one of which nothing may be quoted.
        """
        rows = self.library.chunks(one.chunk_id for one in ranked)
        passages = [
            passage(
                rows[one.chunk_id],
                scope.versions[rows[one.chunk_id].version_id],
                score=one.score,
                why=one.why,
                counterpart=one.counterpart,
            )
            for one in ranked
            if one.chunk_id in rows
        ]
        return [one for one in passages if one.text.strip()]

    def _in_force(self, day: date, collections: Sequence[str] | None) -> list[DocumentVersion]:
        return self._of_this_model(self.library.in_force(day, collections))

    def _out_of_force(self, day: date, collections: Sequence[str] | None) -> list[DocumentVersion]:
        return self._of_this_model(self.library.out_of_force(day, collections))

    def _of_this_model(self, versions: list[DocumentVersion]) -> list[DocumentVersion]:
        """Return the versions; refuse collections that were built with another embedding model."""
        current = embedding.identity(self.settings)
        for slug, stored in {one.collection.slug: one.collection.model for one in versions}.items():
            if stored and stored != current:
                raise Misconfigured(
                    "model_mismatch", collection=slug, stored=stored, current=current, tenant=self.tenant.slug
                )
        return versions
