"""The one gateway through which text goes to a language model: masked, recorded, bounded in time and tokens.

LlamaIndex's ``OpenAILike`` speaks to any OpenAI-compatible server. It is imported with the first request, since
that takes seconds. A proxy of the environment is used for addresses outside only, and no redirect is followed:
what was meant for this machine must not end elsewhere.
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

__all__ = ["Gateway", "open_gateway", "warm"]

Piece = str | Exception | None


def open_gateway(settings: Settings, library: Library) -> Gateway | None:
    """Return the gateway to the installation's model, or None where there is none or the tenant keeps it shut."""
    if not endpoint.is_configured(settings):
        return None
    chosen = model_choices.read(library)
    return Gateway(settings, library, chosen) if chosen.enabled else None


def warm() -> None:
    """Import LlamaIndex's client (seconds, once a process); a service does so before the first question."""
    import_module("llama_index.llms.openai_like")


class Gateway:
    """The way to the model for one answer; ``egress`` says afterwards what went through."""

    def __init__(self, settings: Settings, library: Library, chosen: model_choices.ModelChoices) -> None:
        self.settings = settings
        self.is_internal = endpoint.is_internal(settings)
        self.egress = Egress()
        self._deadline: float | None = None
        self._library = library
        self._chosen = chosen
        self._masker = Masker()

    def allowed_passages(self, passages: list[Passage]) -> list[Passage]:
        """Return the passages that may be sent: all to a model inside, those of chosen collections to one outside."""
        return [one for one in passages if self.is_internal or one.collection in self._chosen.collections]

    def mask(self, text: str) -> str:
        return self._masker.mask(text)

    def unmask(self, text: str) -> str:
        return self._masker.unmask(text)

    def stream(self, system: str, user: str, passages: list[Passage], max_tokens: int | None = None) -> Iterator[str]:
        """Send two messages, masked by the caller, and yield the model's text as it comes, masked still.

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
                    if length > most * 12:  # a server that heeds no bound
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
        if self._deadline is None:  # one clock for all requests of an answer; it starts when the library is there
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
        egress.sent_externally, egress.host, egress.model = (
            not self.is_internal,
            endpoint.host(self.settings),
            self.settings.llm_model,
        )
        egress.collections = sorted({*egress.collections, *(one.collection for one in passages)})
        egress.sent += messages
        egress.masked = self._masker.counts

    def _next(self, pieces: queue.SimpleQueue[Piece]) -> str | None:
        left = (self._deadline or 0.0) - time.monotonic()
        try:
            piece = pieces.get(timeout=max(0.0, left))
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
        """Run the request in a thread of its own: its reader waits no longer than the deadline, whatever comes."""
        try:
            for piece in _chat(self.settings, client, messages, most):
                if stopped.is_set():
                    return
                pieces.put(piece)
            pieces.put(None)
        except Exception as error:  # whatever a server brings about is told to the reader
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
        if response.delta:
            yield str(response.delta)
