"""A real server for clients that want one: the application on a free port of this computer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from kb.core.settings import Settings
from kb.people import accounts, api_keys
from kb.people.access import Ability


@contextmanager
def running_server(app: FastAPI) -> Iterator[str]:
    """Serve ``app`` for the length of a ``with`` block and give its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=3))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listening.close()


def new_api_key(
    settings: Settings,
    tenant: str = "harmony",
    collections: list[str] | None = None,
    abilities: tuple[Ability, ...] = (Ability.ASK, Ability.READ),
) -> str:
    """Make an API key, as an owner would, and return its token."""
    email = "owner@harmony.example" if tenant == "harmony" else "foreign@sunrise.example"
    owner = accounts.by_email(settings, email)
    assert owner is not None
    return api_keys.create(settings, tenant, "test", list(abilities), collections, owner.id)[1]
