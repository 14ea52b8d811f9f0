"""The one way through search: question → passages. Both legs, fusion, what is in force on the day."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from kb.core.cpu_cores import usable_cores
from kb.core.dates import today
from kb.core.errors import InputError, Misconfigured
from kb.core.settings import Settings
from kb.core.versioned_cache import VersionedCache
from kb.language import dictionary
from kb.language.glossary import Glossary
from kb.library.documents import DocumentVersion, Library
from kb.library.tenant_glossary import TenantGlossary
from kb.search import candidates
from kb.search.bilingual import pair_records as twins
from kb.search.candidates import Candidates
from kb.search.dense import language_means
from kb.search.dense.flat_index import FlatIndex
from kb.search.dense.language_means import LanguageMeans
from kb.search.dense.sentence_vectors import SentenceCosines
from kb.search.lexical.word_index import WordIndex
from kb.search.models import embedding
from kb.search.models.encoder import Vectors
from kb.search.passage import Passage, passage
from kb.search.query import Query, analyse
from kb.search.ranking import RankedChunk, RankingWeights, first, rank
from kb.search.scope import Scope, Scopes
from kb.store.tenants import Tenant

__all__ = ["Retriever", "SearchResult"]

# The words are looked up while the question is embedded. No more at once than there are cores: when many people ask,
# word legs side by side take the processor's cache from each other, and each takes longer than it would alone.
_BESIDE = ThreadPoolExecutor(usable_cores(), thread_name_prefix="words")


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages, best first, and what the search knew: for choosing sentences and for explaining.

    Attributes:
        vectors: of the query's variants, shape (len(query.variants), dimension).
        idf: what each word of the question is worth in this tenant; words that occur nowhere are absent.
        possible: what the typed words are worth together, those that occur nowhere included.
        centres: mean vectors by language.
        as_of: the day asked about.
        sentences: cosines of the passages' sentences with the variants, by chunk id, where they have vectors.
    """

    query: Query
    passages: list[Passage]
    vectors: Vectors
    idf: dict[str, float]
    possible: float
    centres: LanguageMeans
    as_of: date
    sentences: dict[int, SentenceCosines] = field(default_factory=dict)


class Retriever:
    """Search in one tenant. Opening it is cheap; the model is loaded with the first question."""

    def __init__(self, settings: Settings, tenant: Tenant) -> None:
        self.settings = settings
        self.tenant = tenant
        self.library = Library(tenant)
        self.glossary: Glossary = TenantGlossary(self.library)
        self.ranking = RankingWeights()
        self._words = WordIndex(self.library)
        self._scopes = Scopes(self.library, self._in_force)
        self._flat_index = FlatIndex(self.library, lambda: embedding.identity(settings))
        self._means = VersionedCache(self._words.indexed, lambda _before: self._measure_means())

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
            limit: how many at most, a passage and its twin in the other language counting as one; by default
                ``settings.passages``.
            collections: slugs to search; by default all of the tenant's.
            as_of: the day for which the passages should hold; today by default.

        Raises:
            InputError: ``question_empty``, ``question_too_long``.
            Misconfigured: ``model_mismatch`` when a collection was built with another model.
        """
        return self.search(self.read(question), limit=limit, collections=collections, as_of=as_of).passages

    def checked(self, question: str) -> str:
        """Return a question without the white space around it.

        Raises:
            InputError: ``question_empty``, ``question_too_long``.
        """
        text = question.strip()
        if not text:
            raise InputError("question_empty")
        if len(text) > self.settings.max_question_chars:
            raise InputError("question_too_long", length=len(text), limit=self.settings.max_question_chars)
        return text

    def read(self, question: str) -> Query:
        """Check a question and understand it."""
        return analyse(self.checked(question), self.glossary, dictionary.load(self.settings.cache))

    def search(
        self,
        query: Query,
        *,
        limit: int | None = None,
        collections: Sequence[str] | None = None,
        as_of: date | None = None,
    ) -> SearchResult:
        """Like :meth:`retrieve`, for a question understood already, and with what the search knew."""
        day = as_of or today()
        scope = self._scopes.on(day, collections)
        encoder = embedding.load(self.settings)
        middle = self._means.get()
        leg = _BESIDE.submit(self._words.search, query, scope.holdings, self.settings.candidates)
        vectors = encoder.encode_queries(query.variants)
        moved = middle.towards_other(vectors, query.language.is_chinese)
        queries = vectors if moved is None else np.concatenate([vectors, moved])
        near = candidates.nearest_chunks(self.settings, self.library, self._flat_index, queries, scope)
        words = leg.result()
        possible = sum(weight * words.idf.get(word, words.unseen) for word, weight in query.typed.items())
        chosen, pairs = self._chosen({*near, *words.scores}, scope, vectors)
        chinese = query.language.is_chinese
        ranked = rank(self.ranking, vectors, middle, chosen, words, possible, pairs, chinese)
        passages = self._passages(first(ranked, limit or self.settings.passages), scope)
        within = chosen.within([one.chunk_id for one in passages])
        return SearchResult(query, passages, vectors, words.idf, possible, middle, day, within)

    def _chosen(self, found: set[int], scope: Scope, vectors: Vectors) -> tuple[Candidates, dict[int, list[int]]]:
        """Return what was found with its twins, which the question may have missed, and who is whose twin."""
        with self.library.session() as session:
            pairs = twins.counterparts_of(session, found)
            missed = {one for others in pairs.values() for one in others} - found
            pairs |= twins.counterparts_of(session, missed) if missed else {}
        return candidates.load_candidates(self.library, found | missed, scope.holdings, vectors), pairs

    def _passages(self, ranked: list[RankedChunk], scope: Scope) -> list[Passage]:
        rows = self.library.chunks(one.chunk_id for one in ranked)
        passages = []
        for one in ranked:
            found = passage(rows[one.chunk_id], scope.holdings[rows[one.chunk_id].version_id])
            found.score, found.why, found.twin = one.score, one.why, one.twin
            passages.append(found)
        return passages

    def _in_force(self, day: date, collections: Sequence[str] | None) -> list[DocumentVersion]:
        holdings = self.library.in_force(day, collections)
        current = embedding.identity(self.settings)
        for slug, stored in {holding.collection.slug: holding.collection.model for holding in holdings}.items():
            if stored and stored != current:
                raise Misconfigured(
                    "model_mismatch", collection=slug, stored=stored, current=current, tenant=self.tenant.slug
                )
        return holdings

    def _measure_means(self) -> LanguageMeans:
        indexed, dimension = self._words.indexed(), embedding.load(self.settings).identity.dimension
        with self.library.session() as session:
            return language_means.compute_means(session, dimension, indexed.ids(True), indexed.ids(False))
