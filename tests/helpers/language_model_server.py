"""An OpenAI-compatible server on a real socket that says what a test tells it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["LanguageModelServer", "Reply", "completion_events"]

Reply = Callable[[dict[str, Any]], str]


class LanguageModelServer:
    """A server on a real socket that streams what ``reply`` returns for a request, and keeps the requests."""

    def __init__(
        self, reply: Reply, status: int = 200, wait: float = 0.0, raw: bytes | None = None, stalls: bool = False
    ) -> None:
        """Start the server.

        Args:
            raw: sent in place of the reply.
            stalls: keep the connection open after that, until the client closes it; ``left`` says that it did.
        """
        self.left = threading.Event()
        self.requests: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(body)
                time.sleep(wait)
                self.send_response(status)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                with suppress(OSError):  # a client that is tired of waiting has gone
                    self.wfile.write(raw if raw is not None else completion_events(reply(body)))
                    self.wfile.flush()
                if stalls:
                    with suppress(OSError):
                        self.connection.settimeout(30)
                        if self.connection.recv(1) == b"":
                            outer.left.set()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    @property
    def heard(self) -> str:
        """Everything that was sent to this server."""
        return json.dumps(self.requests, ensure_ascii=False)


def completion_events(text: str, finish: str | None = None, usage: int | None = None) -> bytes:
    """Cut a text into chunks of three characters, as a model's stream would come.

    Args:
        finish: the reason of the end, in a last chunk; None for no such chunk.
        usage: all tokens, as the server counts them.
    """
    pieces = [text[i : i + 3] for i in range(0, len(text), 3)]
    chunks = [
        {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
         "choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}]}
        for piece in pieces
    ]  # fmt: skip
    last = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    if finish is not None:
        chunks.append({**last, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    if usage is not None:
        counts = {"prompt_tokens": usage - 1, "completion_tokens": 1, "total_tokens": usage}
        chunks.append({**last, "choices": [], "usage": counts})
    lines = [f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n" for chunk in chunks]
    return "".join([*lines, "data: [DONE]\n\n"]).encode()
