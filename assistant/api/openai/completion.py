"""An answer as a chat completion, whole or in chunks."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.answers.answer_view import AnswerView
from assistant.answers.events import Event
from assistant.answers.extractive import place
from assistant.api.openai.openai_schemas import Annotation, ChatCompletion, Choice, Reply, UrlCitation, Usage
from assistant.service.asking import finish_answer
from assistant.service.callers import Caller
from assistant.service.links import Links
from assistant.turn import Turn
from kb.core.errors import SinziError
from kb.language.detect import Language
from kb.search.models import embedding

__all__ = ["Completion"]

_MARKER = re.compile(r"\[(\d{1,3})\]")


@dataclass(slots=True)
class Completion:
    """One completion in the making.

    Attributes:
        model: as the client named it.
        links: addresses of the originals.
        locale: language of an error's message.
    """

    caller: Caller
    turn: Turn
    model: str
    links: Links
    locale: str
    with_usage: bool = False
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, last: Event) -> ChatCompletion:
        """Return the completion of the answer in the last event."""
        told = finish_answer(self.caller, self.turn, last)
        content = _content(last)
        return ChatCompletion(
            id=self.id,
            created=self.created,
            model=self.model,
            choices=[Choice(message=Reply(content=content, annotations=self._annotations(content, told)))],
            usage=self._usage(content),
            sinzi=told,
        )

    def chunks(self, events: Iterator[Event]) -> Iterator[str]:
        """Yield the lines of a server-sent stream, ``[DONE]`` last; closing it closes ``events``."""
        yield self._chunk({"role": "assistant", "content": ""})
        try:
            yield from self._told(events)
        except SinziError as error:  # the status has been sent already; clients raise on a line with an error
            told = {"message": error.message(self.locale), "type": "server_error", "param": None, "code": error.code}
            yield f"data: {json.dumps({'error': told}, ensure_ascii=False)}\n\n"
        yield "data: [DONE]\n\n"

    def _told(self, events: Iterator[Event]) -> Iterator[str]:
        sent = ""
        for event in events:
            if event.kind == "delta":
                sent += event.text
                yield self._chunk({"content": event.text})
            elif event.answer is not None:
                content = _content(event)
                if content.startswith(sent) and len(content) > len(sent):
                    yield self._chunk({"content": content[len(sent) :]})
                    sent = content
                told = finish_answer(self.caller, self.turn, event)
                marks = [one.model_dump() for one in self._annotations(sent, told)]
                yield self._chunk({"annotations": marks}, finish="stop", sinzi=told.model_dump(mode="json"))
                if self.with_usage:
                    yield self._chunk(None, usage=self._usage(sent).model_dump())

    def _chunk(self, delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> str:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        body = {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": choices,
            **({"usage": None} if self.with_usage else {}),
            **more,
        }
        return f"data: {json.dumps(body, ensure_ascii=False, separators=(',', ':'))}\n\n"

    def _annotations(self, content: str, answer: AnswerView) -> list[Annotation]:
        """One annotation for each marker of the text that has a source, in order of the text."""
        sources = {citation.n: citation for citation in answer.citations}
        found = []
        for marker in _MARKER.finditer(content):
            citation = sources.get(int(marker[1]))
            if citation is not None:
                found.append(
                    Annotation(
                        url_citation=UrlCitation(
                            start_index=marker.start(),
                            end_index=marker.end(),
                            title=citation.title,
                            url=self.links.source(citation),
                            quote=citation.quote,
                            document=citation.document,
                            clause=citation.clause,
                            pages=citation.pages,
                        )
                    )
                )
        return found

    def _usage(self, content: str) -> Usage:
        sent = "\n".join([*self.turn.history, self.turn.question])
        encoder = embedding.load(self.caller.service.settings)
        bare, prompt, completion = encoder.count_tokens(["", sent, content])
        asked, written = max(0, prompt - bare), max(0, completion - bare)
        return Usage(prompt_tokens=asked, completion_tokens=written, total_tokens=asked + written)


def _content(last: Event) -> str:
    """The text a client shows that knows nothing of annotations: a model's answer gets its sources written below."""
    answer = last.answer
    assert answer is not None
    if answer.answerer == "extractive" or not answer.citations:
        return answer.answer
    language = Language(answer.language)
    places = [f"[{citation.n}] {place(citation, language)}" for citation in answer.citations]
    return "\n".join([answer.answer, "", *places])
