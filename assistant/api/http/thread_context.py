"""Blocking things in the life of an asynchronous application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager

__all__ = ["run_on_own_thread"]


@asynccontextmanager
async def run_on_own_thread(manager: AbstractContextManager[None]) -> AsyncIterator[None]:
    """Enter and leave ``manager`` on one thread of its own: locks are the thread's that took them, and the queue of
    files (dbos) refuses to start where an event loop runs."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix="held") as thread:
        await loop.run_in_executor(thread, manager.__enter__)
        try:
            yield
        finally:
            await loop.run_in_executor(thread, manager.__exit__, None, None, None)
