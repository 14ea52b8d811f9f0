"""Request and response models of OpenAI's API. Other fields of a request are ignored, but types are not converted."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.answers.answer_view import AnswerView
from assistant.api.schemas.bodies import StrictJson
from assistant.cards.subject_cards import CardId
from kb.core.local_date import IsoDate

__all__ = [
    "Annotation",
    "ChatCompletion",
    "ChatRequest",
    "Choice",
    "FaultBody",
    "Message",
    "Model",
    "ModelList",
    "Reply",
    "TokenUsage",
    "UrlCitation",
]

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]
MAX_TEXT_CHARS = 200_000


class MessagePart(StrictJson):
    """A part of a message. Only text is supported."""

    type: Annotated[str, Field(max_length=40, examples=["text"])]
    text: Annotated[str, Field(max_length=MAX_TEXT_CHARS)] | None = None


class Message(StrictJson):
    """A message. Only user messages are used: the last is the question, those before it are the history."""

    role: Role
    content: (
        Annotated[str, Field(max_length=MAX_TEXT_CHARS)] | Annotated[list[MessagePart], Field(max_length=50)] | None
    ) = None


class StreamOptions(StrictJson):
    include_usage: bool | None = None


class ResponseFormat(StrictJson):
    type: Annotated[str, Field(max_length=40, examples=["text"])] = "text"


class SinziOptions(StrictJson):
    """Parameters of a question that OpenAI's API does not have."""

    model_config = ConfigDict(extra="forbid")

    as_of: IsoDate | None = Field(default=None, description="The day for which it should be valid; today by default.")
    generate: Annotated[
        bool, Field(description="Whether a language model may write the answer, if the organisation has one.")
    ] = True
    card: Annotated[
        bool | CardId,
        Field(description="False: no emergency; answer the question like any other. An id: answer with this card."),
    ] = True


class ChatRequest(StrictJson):
    """A request for a chat completion. Sampling parameters (``temperature``, ``max_tokens`` …) have no effect."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": "sinzi",
                    "messages": [{"role": "user", "content": "病假要唔要醫生紙？"}],
                    "stream": False,
                }
            ]
        }
    )

    model: Annotated[str, Field(min_length=1, max_length=80, examples=["sinzi", "sinzi/main"])]
    messages: Annotated[list[Message], Field(min_length=1, max_length=500)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=128)] | None = 1
    logprobs: bool | None = False
    response_format: ResponseFormat | None = None
    modalities: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=8)] | None = None
    tool_choice: str | dict[str, Any] | None = None
    sinzi: SinziOptions | None = None


class UrlCitation(BaseModel):
    """The quote of a marker. OpenAI's API does not have ``quote``, ``document``, ``clause`` and ``pages``."""

    start_index: Annotated[int, Field(description="Where the marker begins in the text, in characters from 0.")]
    end_index: Annotated[int, Field(description="The position after the marker's last character.")]
    title: str
    url: Annotated[str, Field(description="The original with the quoted words marked. The reader must sign in.")]
    quote: str
    document: str
    clause: str | None
    pages: list[int]


class Annotation(BaseModel):
    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class Reply(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[Annotation]


class Choice(BaseModel):
    index: int = 0
    message: Reply
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class TokenUsage(BaseModel):
    """Token counts of the embedding model. They measure use and are not for billing."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    id: Annotated[str, Field(examples=["chatcmpl-4f1c2a"])]
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: TokenUsage
    sinzi: Annotated[AnswerView, Field(description="The complete answer, as the REST API returns it.")]


class Model(BaseModel):
    """A collection as a model, or all collections (``sinzi``)."""

    id: Annotated[str, Field(examples=["sinzi", "sinzi/main"])]
    object: Literal["model"] = "model"
    created: int
    owned_by: Annotated[str, Field(examples=["harmony"])]
    name: Annotated[str, Field(description="The display name of the collection, or of the organisation for `sinzi`.")]


class ModelList(BaseModel):
    object: Literal["list"] = "list"
    data: list[Model]


class Fault(BaseModel):
    message: str
    type: Annotated[str, Field(examples=["invalid_request_error"])]
    param: str | None
    code: str | None


class FaultBody(BaseModel):
    """An error in the format that OpenAI's clients expect."""

    error: Fault
