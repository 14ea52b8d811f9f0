"""Use a blocking context manager in an asynchronous application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager

__all__ = ["run_on_own_thread"]


@asynccontextmanager
async def run_on_own_thread(manager: AbstractContextManager[None]) -> AsyncIterator[None]:
    """Enter and leave ``manager`` on one separate thread.

    It must be the same thread, because a lock belongs to the thread that took it. It must be a separate thread, because
    the job queue (dbos) refuses to start on a thread that runs an event loop.
    """
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix="held") as thread:
        await loop.run_in_executor(thread, manager.__enter__)
        try:
            yield
        finally:
            await loop.run_in_executor(thread, manager.__exit__, None, None, None)
