"""Getting ready beside the start: the first person to ask should not wait for the model to load."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["WarmUp"]

_LOG = logging.getLogger("sinzi.service")


class WarmUp:
    """What must be loaded before the first question; ``state`` is "ok" once it is there.

    Args:
        load: loads it.
    """

    def __init__(self, load: Callable[[], None]) -> None:
        self._load = load
        self.state = "loading"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Load beside the ``with`` block, and wait at its end for what has been begun."""
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
        except Exception as error:  # whatever it is, the service lives on and /readyz tells of it
            self.state = f"failed: {type(error).__name__}"
            _LOG.exception("what questions need could not be loaded")
