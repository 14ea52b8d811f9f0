"""The one way through search: question → passages. Both legs, fusion, what is in force on the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import sqlalchemy as sa

from kb import writer
from kb.days import today
from kb.errors import InputError, Misconfigured
from kb.language import dictionary
from kb.language.detect import Language
from kb.language.dictionary import Dictionary
from kb.language.glossary import Glossary
from kb.library import Holding, Library
from kb.records.tables import ChunkRow
from kb.search import centres, embedding, lexical
from kb.search.centres import Centres
from kb.search.encoder import Vectors
from kb.search.fusion import fuse
from kb.search.passage import Passage, passage
from kb.search.query import Query, understand
from kb.search.vectors import VectorStore
from kb.settings import Settings
from kb.tenants import Tenant

__all__ = ["Found", "Retriever"]

Candidate = tuple[int, str, bytes]  # chunk id, language, stored vector


@dataclass(frozen=True, slots=True)
class Found:
    """Passages, best first, and what the search knew: for choosing sentences and for explaining.

    Attributes:
        vectors: of the query's variants, shape (len(query.variants), dimension).
        idf: what each word of the question is worth in this tenant; words that occur nowhere are absent.
        possible: what the typed words are worth together, those that occur nowhere included.
        centres: mean vectors by language.
        as_of: the day asked about.
    """

    query: Query
    passages: list[Passage]
    vectors: Vectors
    idf: dict[str, float]
    possible: float
    centres: Centres
    as_of: date


@lru_cache(maxsize=1)
def _shipped_glossary() -> Glossary:
    return Glossary()


@lru_cache(maxsize=4)
def _dictionary(settings: Settings) -> Dictionary:
    return Dictionary(dictionary.ensure(settings.cache))


class Retriever:
    """Search in one tenant. Opening it is cheap; the model is loaded with the first question."""

    def __init__(self, settings: Settings, tenant: Tenant) -> None:
        self.settings = settings
        self.tenant = tenant
        self.library = Library(tenant)
        self.glossary = _shipped_glossary()
        self._centres: tuple[int, Centres] | None = None

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
            limit: how many at most; by default ``settings.passages``.
            collections: slugs to search; by default all of the tenant's.
            as_of: the day for which the passages should hold; today by default.

        Raises:
            InputError: ``question_empty``, ``question_too_long``.
            Misconfigured: ``model_mismatch`` when a collection was built with another model.
        """
        return self.search(self.read(question), limit=limit, collections=collections, as_of=as_of).passages

    def read(self, question: str) -> Query:
        """Check a question and understand it."""
        text = question.strip()
        if not text:
            raise InputError("question_empty")
        if len(text) > self.settings.max_question_chars:
            raise InputError("question_too_long", length=len(text), limit=self.settings.max_question_chars)
        return understand(text, self.glossary, _dictionary(self.settings))

    def search(
        self,
        query: Query,
        *,
        limit: int | None = None,
        collections: Sequence[str] | None = None,
        as_of: date | None = None,
    ) -> Found:
        """Like :meth:`retrieve`, for a question understood already, and with what the search knew."""
        day = as_of or today()
        holdings = {holding.version.id: holding for holding in self._in_force(day, collections)}
        encoder = embedding.load(self.settings)
        vectors = encoder.encode_queries(query.variants)
        with self.library.session() as session:
            idf, unseen = lexical.idf(session, query.words)
            words = lexical.search(session, query, idf, list(holdings), self.settings.candidates)
        possible = sum(weight * idf.get(word, unseen) for word, weight in query.typed.items())
        middle = self._middle(encoder.identity.dimension)
        near = self._dense_leg(query, vectors, middle, list(holdings.values()))
        candidates = self._candidates({*near, *words}, set(holdings))
        ranked = self._fused(vectors, middle, candidates, words, possible)[: limit or self.settings.passages]
        return Found(query, self._passages(ranked, holdings), vectors, idf, possible, middle, day)

    def _fused(
        self,
        vectors: Vectors,
        middle: Centres,
        candidates: list[Candidate],
        words: dict[int, float],
        possible: float,
    ) -> list[tuple[int, float, dict[str, float]]]:
        """Return ``(chunk id, score, why)`` of all candidates, best first."""
        if not candidates:
            return []
        chinese = np.array([language != Language.ENGLISH.value for _, language, _ in candidates])
        cosines = np.stack([centres.vector(blob) for _, _, blob in candidates]) @ vectors.T
        centred = middle.centred(cosines, vectors, chinese).max(axis=1)
        lexical_scores = np.array([words.get(chunk_id, 0.0) for chunk_id, _, _ in candidates], dtype=np.float32)
        fused = fuse(centred, lexical_scores, chinese, possible)
        return [
            (
                candidates[i][0],
                round(float(fused[i]), 4),
                {
                    "dense": round(float(cosines[i].max()), 4),
                    "centred": round(float(centred[i]), 4),
                    "lexical": round(float(lexical_scores[i]), 3),
                },
            )
            for i in np.argsort(-fused, kind="stable")
        ]

    def _passages(
        self, ranked: list[tuple[int, float, dict[str, float]]], holdings: dict[int, Holding]
    ) -> list[Passage]:
        rows = self.library.chunks(chunk_id for chunk_id, _, _ in ranked)
        passages = []
        for chunk_id, score, why in ranked:
            one = passage(rows[chunk_id], holdings[rows[chunk_id].version_id])
            one.score, one.why = score, why
            passages.append(one)
        return passages

    def _in_force(self, day: date, collections: Sequence[str] | None) -> list[Holding]:
        holdings = self.library.in_force(day, collections)
        current = embedding.identity(self.settings)
        for slug, stored in {holding.collection.slug: holding.collection.model for holding in holdings}.items():
            if stored and stored != current:
                raise Misconfigured(
                    "model_mismatch", collection=slug, stored=stored, current=current, tenant=self.tenant.slug
                )
        return holdings

    def _middle(self, dimension: int) -> Centres:
        """Return the centres of the tenant's passages, measured again when the records have changed."""
        version = self.library.data_version()
        if self._centres is None or self._centres[0] != version:
            with self.library.session() as session:
                self._centres = (version, centres.measure(session, dimension))
        return self._centres[1]

    def _dense_leg(self, query: Query, vectors: Vectors, middle: Centres, holdings: list[Holding]) -> list[int]:
        """Return candidate chunk ids: Chroma for what is published, an exact scan for what is not in it."""
        moved = middle.towards_other(vectors, query.language.is_chinese)
        queries = vectors if moved is None else np.concatenate([vectors, moved])
        # Embedded Chroma is not safe beside a writing process; the stored vectors are.
        busy = not self.settings.chroma_url and writer.held_elsewhere(self.settings.data)
        scanned = [holding.version.id for holding in holdings if busy or not holding.published]
        ids: list[int] = []
        if not busy:
            for slug in sorted({holding.collection.slug for holding in holdings if holding.published}):
                store = VectorStore(self.settings, self.tenant, slug)
                for hits in store.nearest(queries, self.settings.candidates):
                    ids.extend(chunk_id for chunk_id, _ in hits)
        return ids + self._scan(queries, scanned)

    def _scan(self, queries: Vectors, versions: list[int]) -> list[int]:
        """Exact search over the stored vectors of a few versions."""
        if not versions:
            return []
        query = sa.select(ChunkRow.id, ChunkRow.vector).where(ChunkRow.version_id.in_(versions))
        with self.library.session() as session:
            rows = session.execute(query).all()
        if not rows:
            return []
        best = np.max(np.stack([centres.vector(blob) for _, blob in rows]) @ queries.T, axis=1)
        order = np.argsort(-best, kind="stable")[: self.settings.candidates]
        return [rows[int(i)][0] for i in order]

    def _candidates(self, ids: set[int], versions: set[int]) -> list[Candidate]:
        """Return the candidates that belong to versions in force (others may linger in Chroma for a moment)."""
        query = sa.select(ChunkRow.id, ChunkRow.language, ChunkRow.vector, ChunkRow.version_id)
        with self.library.session() as session:
            rows = session.execute(query.where(ChunkRow.id.in_(ids)).order_by(ChunkRow.id)).all()
        return [(chunk_id, language, vector) for chunk_id, language, vector, version in rows if version in versions]
