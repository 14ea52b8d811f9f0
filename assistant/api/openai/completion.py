"""An answer as a chat completion, in one response or as a stream of chunks."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.answers import extractive
from assistant.answers.answer import Answer
from assistant.answers.answer_view import CitationView, citation_views
from assistant.answers.citations import Citation, place
from assistant.answers.cited_text import CitedText
from assistant.api.openai.openai_schemas import Annotation, ChatCompletion, Choice, Reply, TokenUsage, UrlCitation
from assistant.api.openai.streamed_text import CitationMarker, StreamedText
from assistant.conversations.stored_answer import view_of
from assistant.events import AnswerEvent, DeltaEvent, Event
from assistant.llm.requester import ReaderGone
from assistant.service.asking import finish_answer
from assistant.service.callers import Caller
from assistant.service.links import Links
from assistant.turn import Turn
from kb.core.errors import SinziError
from kb.language.detect import Language
from kb.search.models import embedding

__all__ = ["Completion"]

# Between the unfinished text of a model that failed and the text that replaces it.
_SEPARATOR = "\n\n"


@dataclass(slots=True)
class Completion:
    """Makes one chat completion.

    Attributes:
        model: the model id, as the client sent it.
        links: makes the URLs of sources.
        locale: the language of error messages.
        with_usage: whether a stream ends with a chunk that has token counts.
        created: Unix time in seconds.
    """

    caller: Caller
    turn: Turn
    model: str
    links: Links
    locale: str
    with_usage: bool = False
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def full_response(self, answer: Answer) -> ChatCompletion:
        """Return the completion of an answer, and finish the answer (record it)."""
        record = finish_answer(self.caller, self.turn, answer)
        sent_text = StreamedText()
        sent_text.add(answer.text)
        sent_text.add(_source_list(sent_text, answer))
        return ChatCompletion(
            id=self.id,
            created=self.created,
            model=self.model,
            choices=[Choice(message=Reply(content=sent_text.text, annotations=self._annotations(sent_text)))],
            usage=self._usage(sent_text.text),
            sinzi=view_of(record),
        )

    def stream(self, events: Iterator[Event]) -> Iterator[str]:
        """Yield the lines of the event stream, the last one ``data: [DONE]``. Closing the stream closes ``events``."""
        yield self._chunk({"role": "assistant", "content": ""})
        try:
            yield from self._content_chunks(events)
        except ReaderGone:
            return
        except SinziError as error:  # the status was sent already; clients raise an exception at a line with an error
            body = {"message": error.message(self.locale), "type": "server_error", "param": None, "code": error.code}
            yield f"data: {json.dumps({'error': body}, ensure_ascii=False)}\n\n"
        yield "data: [DONE]\n\n"

    def _content_chunks(self, events: Iterator[Event]) -> Iterator[str]:
        sent_text = StreamedText()
        answerer = ""
        for event in events:
            if isinstance(event, DeltaEvent):
                separator = CitedText((_SEPARATOR,) if answerer not in ("", event.answerer) else ())
                answerer = event.answerer
                yield self._chunk({"content": sent_text.add(separator + event.content)})
            elif isinstance(event, AnswerEvent):
                yield from self._last_chunks(event.answer, sent_text)

    def _last_chunks(self, answer: Answer, sent_text: StreamedText) -> Iterator[str]:
        """Yield the list of sources, the last content chunk with all annotations, and token counts if requested."""
        if sources := sent_text.add(_source_list(sent_text, answer)):
            yield self._chunk({"content": sources})
        record = finish_answer(self.caller, self.turn, answer)
        annotations = [one.model_dump() for one in self._annotations(sent_text)]
        yield self._chunk({"annotations": annotations}, finish="stop", sinzi=view_of(record).model_dump(mode="json"))
        if self.with_usage:
            yield self._chunk(None, usage=self._usage(sent_text.text).model_dump())

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

    def _annotations(self, sent_text: StreamedText) -> list[Annotation]:
        """Return one annotation for each marker, in order. Markers whose version was deleted meanwhile are left out."""
        views = {one.n: one for one in citation_views(self.caller.library, sent_text.citations)}
        return [
            Annotation(url_citation=self._url_citation(marker, views[marker.citation.n]))
            for marker in sent_text.markers
            if marker.citation.n in views
        ]

    def _url_citation(self, marker: CitationMarker, source: CitationView) -> UrlCitation:
        return UrlCitation(
            start_index=marker.start,
            end_index=marker.end,
            title=source.title,
            url=self.links.source(source),
            quote=source.quote,
            document=source.document,
            clause=source.clause,
            pages=source.pages,
        )

    def _usage(self, content: str) -> TokenUsage:
        prompt_text = "\n".join([*self.turn.history, self.turn.question])
        encoder = embedding.load(self.caller.service.settings)
        empty, prompt, completion = encoder.count_tokens(["", prompt_text, content])
        prompt_tokens, completion_tokens = max(0, prompt - empty), max(0, completion - empty)
        return TokenUsage(
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            total_tokens=prompt_tokens + completion_tokens,
        )


def _source_list(sent_text: StreamedText, answer: Answer) -> CitedText:
    """Return a list with the places of sources that the text cites only by number, for clients that ignore annotations.

    These are the citations of a language model. An extractive answer shows the place beside each quote. If it replaces
    the text of a model that failed, the list has the citations that the model wrote before.
    """
    shown_spans = {one.span for one in answer.citations} if answer.answerer == extractive.NAME else set()
    language = Language(answer.language)
    lines: list[str | Citation] = []
    for one in sent_text.citations:
        if one.span not in shown_spans:
            lines += ["\n", one, f" {place(one, language)}"]
    return CitedText(("\n", *lines) if lines else ())
