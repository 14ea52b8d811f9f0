"""Turn a chat request into a turn: question, history, collections. Refuse parameters that are not supported."""

from __future__ import annotations

from assistant.api.openai.openai_schemas import ChatRequest, Message
from assistant.service.callers import Caller
from assistant.turn import Turn
from kb.core.errors import InputError, NotFound

__all__ = ["ALL_COLLECTIONS", "chat_turn", "model_collections", "model_id"]

# The model that stands for all collections that the caller may read.
ALL_COLLECTIONS = "sinzi"


def model_id(collection: str) -> str:
    """Return the model id of a collection."""
    return f"{ALL_COLLECTIONS}/{collection}"


def model_collections(caller: Caller, model: str) -> list[str]:
    """Return the slugs of the collections that a model stands for.

    Raises:
        NotFound: ``model_not_found``, also if the caller may not read the collection.
    """
    if model == ALL_COLLECTIONS:
        return caller.searchable_collections(None)
    head, _, slug = model.partition("/")
    if head != ALL_COLLECTIONS or slug not in caller.reach.read:
        raise NotFound("model_not_found", model=model, param="model")
    return [slug]


def chat_turn(caller: Caller, request: ChatRequest) -> Turn:
    """Return the turn of a chat request.

    Raises:
        InputError: ``parameter_unsupported``, ``question_empty``.
        NotFound: ``model_not_found``.
    """
    collections = model_collections(caller, request.model)
    _refuse_unsupported(request)
    last = request.messages[-1]
    if last.role != "user":
        raise InputError("question_empty", param="messages")
    texts = [_text(message) for message in request.messages if message.role == "user"]
    *history, question = texts
    return Turn(
        question=question,
        history=[text for text in history if text.strip()],
        collections=collections,
        as_of=request.sinzi.as_of if request.sinzi else None,
        generate=request.sinzi.generate if request.sinzi else True,
        card=request.sinzi.card if request.sinzi else True,
    )


def _refuse_unsupported(request: ChatRequest) -> None:
    """Refuse parameters that would change the result but are not supported. Sampling parameters are ignored.

    Raises:
        InputError: ``parameter_unsupported``.
    """
    unsupported = {
        "n": (request.n or 1) > 1,
        "logprobs": bool(request.logprobs),
        "response_format": request.response_format is not None and request.response_format.type != "text",
        "modalities": any(one != "text" for one in request.modalities or ()),
        "tool_choice": isinstance(request.tool_choice, dict) or request.tool_choice == "required",
    }
    for name, is_set in unsupported.items():
        if is_set:
            raise InputError("parameter_unsupported", name=name, param=name)


def _text(message: Message) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    if any(part.type != "text" for part in message.content):
        raise InputError("parameter_unsupported", name="messages.content.type", param="messages")
    return "\n".join(part.text or "" for part in message.content)
