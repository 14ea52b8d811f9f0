"""``/v1/models`` and ``/v1/chat/completions``, for programs that use OpenAI's API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse

from assistant.api.auth.dependencies import Program, ServiceDep
from assistant.api.http.reader_gone import ReaderGoneDep
from assistant.api.openai.chat_request import ALL_COLLECTIONS, chat_turn, model_collections, model_id
from assistant.api.openai.completion import Completion
from assistant.api.openai.openai_errors import ERROR_RESPONSES, OpenAIRoute
from assistant.api.openai.openai_schemas import ChatCompletion, ChatRequest, Model, ModelList
from assistant.events import final_answer
from assistant.service.asking import start_answer
from assistant.service.callers import Caller
from assistant.service.links import Links

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["openai"], route_class=OpenAIRoute, responses=ERROR_RESPONSES)


@router.get("/models", summary="List the models, one for each collection")
def list_models(caller: Program) -> ModelList:
    """Return ``sinzi`` (all collections that the key may read) and ``sinzi/<collection>`` for each of them."""
    return ModelList(data=_models(caller))


@router.get("/models/{model:path}", summary="Show one model")
def retrieve_model(
    caller: Program, model: Annotated[str, Path(min_length=1, max_length=80, examples=["sinzi/main"])]
) -> Model:
    model_collections(caller, model)
    return next(one for one in _models(caller) if one.id == model)


def _models(caller: Caller) -> list[Model]:
    rows = [row for row in caller.library.collections() if row.slug in caller.reach.read]
    oldest = min((int(row.created_at.timestamp()) for row in rows), default=0)
    owner = caller.tenant.slug
    return [Model(id=ALL_COLLECTIONS, created=oldest, owned_by=owner, name=caller.tenant.name)] + [
        Model(id=model_id(row.slug), created=int(row.created_at.timestamp()), owned_by=owner, name=row.name)
        for row in rows
    ]


@router.post(
    "/chat/completions",
    summary="Ask, as a chat completion",
    response_model=ChatCompletion,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
def create_chat_completion(
    request: Request, body: ChatRequest, caller: Program, service: ServiceDep, gone: ReaderGoneDep
) -> ChatCompletion | StreamingResponse:
    """Answer the last user message from the documents. The user messages before it are the history.

    Each marker ``[n]`` in the text has an annotation of type ``url_citation`` with the quote. With ``stream`` the
    answer is sent as server-sent events and ends with ``data: [DONE]``. System messages and sampling parameters have no
    effect: an answer comes from the documents only.
    """
    turn = chat_turn(caller, body)
    completion = Completion(
        caller=caller,
        turn=turn,
        model=body.model,
        links=Links(service.settings.public_url or str(request.base_url), caller.tenant.slug),
        locale=request.state.locale,
        with_usage=bool(body.stream_options and body.stream_options.include_usage),
    )
    # An empty or too long question fails here, before the status is sent.
    events = start_answer(caller, turn, gone)
    if body.stream:
        lines = completion.stream(events)
        return StreamingResponse(lines, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
    return completion.full_response(final_answer(events))
