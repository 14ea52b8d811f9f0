"""``kb serve`` and other commands in processes of their own, and a client for the service."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from kb.core.settings import Settings

__all__ = ["PATIENCE_SECONDS", "free_port", "kb", "serving"]

PATIENCE_SECONDS = 120.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def kb(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from kb.cli import main; main()", "--data", str(settings.data), *arguments]
    environment = {**os.environ, "KB_CACHE": str(settings.cache), "KB_LOCALE": "en", "KB_MAX_FILE_MB": "1"}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=subprocess.DEVNULL, encoding="utf-8")


@contextmanager
def serving(settings: Settings, token: str) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    """Run ``kb serve`` in its own process; yield a client for it and the process."""
    port = free_port()
    process = kb(settings, "serve", "--port", str(port))
    client = httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False
    )
    try:
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            try:
                client.get("/healthz")
                break
            except httpx.TransportError:
                assert process.poll() is None
                time.sleep(0.1)
        yield client, process
    finally:
        client.close()
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
