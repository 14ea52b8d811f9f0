"""Requests and answers as OpenAI writes them. Fields of a request that change nothing here are passed over."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.answers.answer_view import AnswerView

__all__ = [
    "Annotation",
    "ChatCompletion",
    "ChatRequest",
    "Choice",
    "Fault",
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


class MessagePart(BaseModel):
    """A piece of a message; only text can be read."""

    type: Annotated[str, Field(max_length=40, examples=["text"])]
    text: Annotated[str, Field(max_length=MAX_TEXT_CHARS)] | None = None


class Message(BaseModel):
    """One turn. Only what the user says counts: the last is the question, those before it are its history."""

    role: Role
    content: (
        Annotated[str, Field(max_length=MAX_TEXT_CHARS)] | Annotated[list[MessagePart], Field(max_length=50)] | None
    ) = None


class StreamOptions(BaseModel):
    include_usage: bool | None = None


class ResponseFormat(BaseModel):
    type: Annotated[str, Field(max_length=40, examples=["text"])] = "text"


class SinziOptions(BaseModel):
    """What only Sinzi knows of a question."""

    model_config = ConfigDict(extra="forbid")

    as_of: Annotated[date | None, Field(description="The day for which the answer should hold; today by default.")] = (
        None
    )
    generate: Annotated[
        bool, Field(description="Whether a language model may write the answer, where the organisation has one.")
    ] = True


class ChatRequest(BaseModel):
    """A chat completion to make; parameters of sampling (``temperature``, ``max_tokens`` …) change nothing."""

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
    """A quote behind a marker of the text; ``quote``, ``document``, ``clause`` and ``pages`` are Sinzi's own."""

    start_index: Annotated[int, Field(description="Where the marker begins in the text, in characters.")]
    end_index: Annotated[int, Field(description="Where it ends.")]
    title: str
    url: Annotated[str, Field(description="The page of the original with the quoted words marked; needs signing in.")]
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
    """Tokens as the embedding model counts them: for measuring use, not for paying."""

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
    sinzi: Annotated[AnswerView, Field(description="The whole answer, as the organisation's own API gives it.")]


class Model(BaseModel):
    """A collection to ask, or all of them (``sinzi``)."""

    id: Annotated[str, Field(examples=["sinzi", "sinzi/main"])]
    object: Literal["model"] = "model"
    created: int
    owned_by: Annotated[str, Field(examples=["harmony"])]
    name: Annotated[str, Field(description="The collection's name, as people know it.")]


class ModelList(BaseModel):
    object: Literal["list"] = "list"
    data: list[Model]


class Fault(BaseModel):
    message: str
    type: Annotated[str, Field(examples=["invalid_request_error"])]
    param: str | None
    code: str | None


class FaultBody(BaseModel):
    """An error as OpenAI's clients expect it."""

    error: Fault
