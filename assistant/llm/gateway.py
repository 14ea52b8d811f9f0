"""The only way to send text to a language model: text is masked, the request is recorded, time and tokens are limited.

LlamaIndex's ``OpenAILike`` works with any OpenAI-compatible server. It is imported with the first request, because the
import takes seconds. A proxy of the environment is used only for external addresses, and redirects are not followed:
text for this machine must not be sent anywhere else.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from assistant.llm import endpoint, model_choices, token_budget
from assistant.llm.egress_record import Egress
from assistant.llm.endpoint_errors import error_of
from assistant.llm.masking import Masker
from kb.core import llm_probe
from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.passage import Passage

if TYPE_CHECKING:
    import httpx

__all__ = ["Gateway", "open_gateway"]

Piece = str | Exception | None


def open_gateway(settings: Settings, library: Library) -> Gateway | None:
    """Return the gateway to the installation's model; None where there is no model or the tenant has not enabled it."""
    if not endpoint.is_configured(settings):
        return None
    chosen = model_choices.read(library)
    return Gateway(settings, library, chosen) if chosen.enabled else None


def warm() -> None:
    """Import LlamaIndex's client (takes seconds, once per process). The service does this before the first question."""
    import_module("llama_index.llms.openai_like")


class Gateway:
    """The access to the model for one answer.

    Attributes:
        is_internal: whether the model is on this machine or in a private network.
        egress: the record of what was sent so far.
    """

    def __init__(self, settings: Settings, library: Library, chosen: model_choices.ModelChoices) -> None:
        self.settings = settings
        self.is_internal = endpoint.is_internal(settings)
        self.egress = Egress()
        self._deadline: float | None = None
        self._library = library
        self._chosen = chosen
        self._masker = Masker()

    def allowed_passages(self, passages: list[Passage]) -> list[Passage]:
        """Return the passages that may be sent.

        These are all for an internal model, and those of the allowed collections for an external one.
        """
        return [one for one in passages if self.is_internal or one.collection in self._chosen.collections]

    def mask(self, text: str) -> str:
        """Return the text with personal data replaced by marks."""
        return self._masker.mask(text)

    def unmask(self, text: str) -> str:
        """Return the text with the marks of this answer replaced by the personal data."""
        return self._masker.unmask(text)

    def stream(self, system: str, user: str, passages: list[Passage], max_tokens: int | None = None) -> Iterator[str]:
        """Send two messages and yield the pieces of the model's text as they arrive.

        The caller masks the messages, and unmasks the text.

        Args:
            passages: those in the messages, for the record.
            max_tokens: limit of the model's text; KB_LLM_MAX_TOKENS by default.

        Raises:
            Transient: ``llm_down``, ``llm_slow``, ``llm_budget``, ``llm_rubbish``.
            Misconfigured: ``llm_key``, ``llm_model_unknown``, ``llm_key_file``.
        """
        most = max_tokens or self.settings.llm_max_tokens
        cost = token_budget.tokens(system + user)
        reserved = token_budget.reserve(self.settings, self._library, cost + most)
        length = 0
        try:
            with closing(self._request(system, user, passages, most)) as pieces:
                for piece in pieces:
                    length += len(piece)
                    yield piece
                    if length > most * 12:  # the server ignores the token limit
                        return
        finally:
            token_budget.settle(self._library, reserved, cost + length // 2)

    def _request(self, system: str, user: str, passages: list[Passage], most: int) -> Generator[str]:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        pieces: queue.SimpleQueue[Piece] = queue.SimpleQueue()
        stopped = threading.Event()
        client = self._client()
        thread = threading.Thread(target=self._pump, args=(client, messages, most, pieces, stopped), daemon=True)
        self._record(messages, passages)
        if self._deadline is None:  # one time limit for all requests of an answer; it starts after the import
            warm()
            self._deadline = time.monotonic() + self.settings.llm_timeout_seconds
        thread.start()
        try:
            while (piece := self._next(pieces)) is not None:
                yield piece
        finally:
            stopped.set()
            with suppress(Exception):
                client.close()
            thread.join(timeout=2.0)

    def _record(self, messages: list[dict[str, str]], passages: list[Passage]) -> None:
        egress = self.egress
        egress.sent_externally = not self.is_internal
        egress.host, egress.model = endpoint.host(self.settings), self.settings.llm_model
        egress.collections = sorted({*egress.collections, *(one.collection for one in passages)})
        egress.versions = sorted({*egress.versions, *(one.version_id for one in passages)})
        egress.sent += messages
        egress.masked = self._masker.counts

    def _next(self, pieces: queue.SimpleQueue[Piece]) -> str | None:
        remaining = (self._deadline or 0.0) - time.monotonic()
        try:
            piece = pieces.get(timeout=max(0.0, remaining))
        except queue.Empty:
            seconds = self.settings.llm_timeout_seconds
            raise Transient("llm_slow", host=endpoint.host(self.settings), seconds=seconds) from None
        if isinstance(piece, Exception):
            raise error_of(piece, self.settings) from piece
        return piece

    def _client(self) -> httpx.Client:
        import httpx

        seconds = self.settings.llm_timeout_seconds
        return httpx.Client(trust_env=not self.is_internal, follow_redirects=False, timeout=seconds)

    def _pump(
        self,
        client: httpx.Client,
        messages: list[dict[str, str]],
        most: int,
        pieces: queue.SimpleQueue[Piece],
        stopped: threading.Event,
    ) -> None:
        """Run the request and put its pieces into the queue; None at the end, an exception for an error.

        This runs in its own thread, so that the reader never waits longer than the deadline.
        """
        try:
            for piece in _chat(self.settings, client, messages, most):
                if stopped.is_set():
                    return
                pieces.put(piece)
            pieces.put(None)
        except Exception as error:  # the reader raises any error in its own thread
            pieces.put(error)


def _chat(settings: Settings, client: httpx.Client, messages: list[dict[str, str]], most: int) -> Iterator[str]:
    from llama_index.core.llms import ChatMessage
    from llama_index.llms.openai_like import OpenAILike

    options: dict[str, Any] = {"is_chat_model": True, "max_retries": 0, "http_client": client, "temperature": 0.0}
    model = OpenAILike(
        model=settings.llm_model,
        api_base=settings.llm_base_url,
        api_key=llm_probe.key(settings) or "none",
        max_tokens=most,
        timeout=settings.llm_timeout_seconds,
        context_window=settings.llm_context_tokens,
        **options,
    )
    for response in model.stream_chat([ChatMessage(role=one["role"], content=one["content"]) for one in messages]):
        text = str(response.delta or "")
        text.encode("utf-8")  # a lone surrogate can be neither shown nor stored; this error becomes ``llm_rubbish``
        if text:
            yield text
