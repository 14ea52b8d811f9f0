"""Load models in the background at the start, so that the first question does not wait for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["WarmUp"]

_LOG = logging.getLogger("sinzi.service")


class WarmUp:
    """Loads in the background. ``state`` is "loading", then "ok" or "failed: <error>".

    Args:
        load: does the loading.
    """

    def __init__(self, load: Callable[[], None]) -> None:
        self._load = load
        self.state = "loading"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Load in a thread during the ``with`` block, and wait at its end for the thread."""
        thread = threading.Thread(target=self._run, name="warming", daemon=True)
        thread.start()
        try:
            yield
        finally:
            thread.join()

    def _run(self) -> None:
        try:
            self._load()
            self.state = "ok"
        except Exception as error:  # the service continues after any error, and /readyz reports it
            self.state = f"failed: {type(error).__name__}"
            _LOG.exception("what questions need could not be loaded")
