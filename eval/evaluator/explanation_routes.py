"""REST route of the hit test: it explains the search for one question (scores, and ranks at each stage)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.auth.dependencies import Evaluator, ServiceDep
from assistant.api.schemas.bodies import Body
from assistant.service.callers import limit_questions
from assistant.sources.readable_versions import document_versions
from eval.evaluator.search_explanation import MAX_TEXT_CHARS, Hit, explain
from kb.core.local_date import IsoDate

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["measure"])


class HitTestCreate(Body):
    """A question whose search is to be explained."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"question": "病假要唔要醫生紙？", "collections": ["main"]}]}
    )
    question: Annotated[str, Field(min_length=1, max_length=2000)]
    collections: Annotated[
        list[str] | None, Field(max_length=200, description="Slugs; all within reach by default.")
    ] = None
    as_of: Annotated[IsoDate | None, Field(description="The day for which the answer should hold.")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class HitPublic(BaseModel):
    """A passage with its rank at each stage; ``scores`` are the parts of its score."""

    chunk_id: int
    document_id: int | None
    version_id: int
    document: str
    title: str
    collection: str
    clause: str | None
    heading_path: list[str]
    pages: list[int]
    text: str
    score: float
    scores: dict[str, Any]
    ranks: dict[str, int | None]
    unit: dict[str, Any] | None


class HitTestPublic(BaseModel):
    """The analysis of the question, the passages, and the refusal decision."""

    question: dict[str, Any]
    hits: list[HitPublic]
    decision: dict[str, Any]


@router.post("/hit-test", summary="Look at a search from inside", operation_id="hit_test")
def hit_test(caller: Evaluator, service: ServiceDep, asked: HitTestCreate) -> HitTestPublic:
    """Search as the product does; return the analysed question and the ranks of dense and lexical search, fusion and
    reranking.
    """
    limit_questions(caller)
    found = explain(
        caller.retriever(),
        asked.question,
        caller.searchable_collections(asked.collections),
        asked.as_of,
        asked.limit,
    )
    versions = document_versions(caller.library, (one.passage.version_id for one in found.hits))
    documents = {version_id: one.document.id for version_id, one in versions.items()}
    return HitTestPublic(
        question=found.question,
        hits=[_public(one, documents.get(one.passage.version_id)) for one in found.hits],
        decision=found.decision,
    )


def _public(hit: Hit, document_id: int | None) -> HitPublic:
    passage = hit.passage
    return HitPublic(
        chunk_id=passage.chunk_id,
        document_id=document_id,
        version_id=passage.version_id,
        document=passage.document,
        title=passage.title,
        collection=passage.collection,
        clause=passage.clause,
        heading_path=passage.heading_path,
        pages=passage.pages,
        text=passage.text[:MAX_TEXT_CHARS],
        score=passage.score,
        scores=dict(passage.why),
        ranks=hit.ranks,
        unit=hit.unit,
    )
