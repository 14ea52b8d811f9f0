"""The retriever for any LlamaIndex program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from kb.core.settings import Settings
from kb.search.passage import Passage
from kb.search.retriever import Retriever
from kb.store import tenants


class HybridRetriever(BaseRetriever):  # type: ignore[misc]
    """Sinzi's hybrid search as a LlamaIndex ``BaseRetriever``.

    Args:
        tenant: the tenant's slug.
        similarity_top_k: how many passages at most.
        collections: slugs to search; all by default.
        as_of: the day for which passages should hold; today by default.
        settings: by default from the environment (``KB_DATA`` …).

    Each node's metadata hold document, title, version, clause, pages and heading path.
    """

    def __init__(
        self,
        tenant: str,
        similarity_top_k: int = 10,
        collections: Sequence[str] | None = None,
        as_of: date | None = None,
        settings: Settings | None = None,
        **options: Any,
    ) -> None:
        self._settings = settings or Settings()
        self._retriever = Retriever(self._settings, tenants.get(self._settings, tenant))
        self._top_k = similarity_top_k
        self._collections = collections
        self._as_of = as_of
        super().__init__(**options)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._retriever.retrieve(
            query_bundle.query_str, limit=self._top_k, collections=self._collections, as_of=self._as_of
        )
        return [_node(one) for one in found]


def _node(one: Passage) -> NodeWithScore:
    node = TextNode(
        id_=str(one.chunk_id),
        text=one.text,
        metadata={
            "document": one.document,
            "title": one.title,
            "version": one.version,
            "clause": one.clause,
            "pages": one.pages,
            "heading_path": one.heading_path,
        },
    )
    return NodeWithScore(node=node, score=one.score)
