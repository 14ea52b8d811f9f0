"""A dependency of routes that take long: has the reader of the response disconnected?"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

__all__ = ["ReaderGoneDep"]


async def _reader_gone(request: Request) -> AsyncIterator[threading.Event]:
    """Yield an event that is set when the client disconnects. The body of the request has been read before."""
    gone = threading.Event()

    async def listen() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone.set()

    task = asyncio.create_task(listen())
    try:
        yield gone
    finally:
        task.cancel()


ReaderGoneDep = Annotated[threading.Event, Depends(_reader_gone)]
