"""One request to the model's server, on a thread of its own, so that the reader never waits longer than allowed.

LlamaIndex's ``OpenAILike`` works with any OpenAI-compatible server. It does not say whether a stream came to its end,
and a blocked read cannot be stopped from another thread. So the connection is watched: the line ``data: [DONE]`` is
noted, and :meth:`ModelStream.stop` shuts the socket, which ends the server's work, too.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from kb.core import llm_probe
from kb.core.settings import Settings

if TYPE_CHECKING:
    import httpx

__all__ = ["ModelStream", "import_client"]

_DONE = b"[DONE]"
# Why a model stopped although its text is not complete.
_CUT_OFF = ("length", "content_filter")


def import_client() -> None:
    """Import LlamaIndex's client (takes seconds, once per process)."""
    import_module("llama_index.llms.openai_like")


class ModelStream:
    """The pieces of the model's text, in order.

    Attributes:
        finish_reason: what the server gave as the reason of the end; "" for none.
        used_tokens: tokens of the request and the text, as the server counted them; None where it did not say.
    """

    def __init__(self, settings: Settings, *, is_internal: bool) -> None:
        self.finish_reason = ""
        self.used_tokens: int | None = None
        self._settings = settings
        self._is_internal = is_internal
        self._pieces: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._is_marked_done = False
        self._sockets: list[socket.socket] = []
        self._client: httpx.Client | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the server said that the text has ended, and did not cut it off."""
        return self.finish_reason not in _CUT_OFF and bool(self.finish_reason or self._is_marked_done)

    def start(self, messages: list[dict[str, str]], max_tokens: int) -> None:
        """Send the messages."""
        self._client = self._new_client()
        arguments = (self._client, messages, max_tokens)
        self._thread = threading.Thread(target=self._read, args=arguments, daemon=True)
        self._thread.start()

    def next(self, seconds: float) -> str | Exception | None:
        """Return the next piece, None at the end, or the error of the request.

        Raises:
            TimeoutError: nothing came in time.
        """
        try:
            return self._pieces.get(timeout=max(0.0, seconds))
        except queue.Empty:
            raise TimeoutError from None

    def stop(self) -> None:
        """Close the connection, also in the middle of a read. Nothing happens where it has ended."""
        self._stopped.set()
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        if self._client is not None:
            with suppress(Exception):
                self._client.close()
        if self._thread is not None:
            self._thread.join(timeout=2.0)

    def _new_client(self) -> httpx.Client:
        """Return a client that uses a proxy of the environment for external addresses only, and follows no redirect."""
        import httpx

        seconds = self._settings.llm_timeout_seconds
        hooks: dict[str, list[Callable[..., Any]]] = {"request": [self._trace], "response": [self._watch]}
        return httpx.Client(trust_env=not self._is_internal, follow_redirects=False, timeout=seconds, event_hooks=hooks)

    def _trace(self, request: httpx.Request) -> None:
        """Note the socket of the connection when it is made (httpcore's extension "trace")."""

        def connected(name: str, info: dict[str, Any]) -> None:
            if name.endswith((".connect_tcp.complete", ".start_tls.complete")):
                found = info["return_value"].get_extra_info("socket")
                if found is not None:
                    self._sockets.append(found)
                if self._stopped.is_set():
                    self.stop()

        request.extensions = {**request.extensions, "trace": connected}

    def _watch(self, response: httpx.Response) -> None:
        """Let the bytes of the response pass through :meth:`_passing`."""
        import httpx

        passing, stream = self._passing, response.stream

        class _Watched(httpx.SyncByteStream):
            def __iter__(self) -> Iterator[bytes]:
                assert isinstance(stream, httpx.SyncByteStream)
                yield from passing(stream)

            def close(self) -> None:
                assert isinstance(stream, httpx.SyncByteStream)
                stream.close()

        response.stream = _Watched()

    def _passing(self, stream: Iterator[bytes] | httpx.SyncByteStream) -> Iterator[bytes]:
        """Yield the bytes, and note the line that ends a stream of chat completions."""
        tail = b""
        for block in stream:
            tail = (tail + block)[-4096:]
            self._is_marked_done = any(
                line.removeprefix(b"data:").strip() == _DONE for line in tail.splitlines() if line.startswith(b"data:")
            )
            yield block

    def _read(self, client: httpx.Client, messages: list[dict[str, str]], max_tokens: int) -> None:
        """Put the pieces into the queue; None at the end, an exception for an error."""
        try:
            for piece in self._chat(client, messages, max_tokens):
                if self._stopped.is_set():
                    return
                self._pieces.put(piece)
            self._pieces.put(None)
        except Exception as error:  # the reader raises any error in its own thread
            self._pieces.put(error)

    def _chat(self, client: httpx.Client, messages: list[dict[str, str]], max_tokens: int) -> Iterator[str]:
        from llama_index.core.llms import ChatMessage
        from llama_index.llms.openai_like import OpenAILike

        settings = self._settings
        options: dict[str, Any] = {"is_chat_model": True, "max_retries": 0, "http_client": client, "temperature": 0.0}
        model = OpenAILike(
            model=settings.llm_model,
            api_base=settings.llm_base_url,
            api_key=llm_probe.key(settings) or "none",
            max_tokens=max_tokens,
            timeout=settings.llm_timeout_seconds,
            context_window=settings.llm_context_tokens,
            **options,
        )
        for response in model.stream_chat([ChatMessage(role=one["role"], content=one["content"]) for one in messages]):
            self._note_end(response.raw)
            text = str(response.delta or "")
            text.encode("utf-8")  # a lone surrogate can be neither shown nor stored; it becomes ``llm_rubbish``
            if text:
                yield text

    def _note_end(self, chunk: Any) -> None:
        for choice in getattr(chunk, "choices", None) or ():
            self.finish_reason = choice.finish_reason or self.finish_reason
        usage = getattr(chunk, "usage", None)
        if usage is not None and isinstance(usage.total_tokens, int):
            self.used_tokens = usage.total_tokens
