"""What several tests of the API need."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from assistant.api.observability import logging_setup


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The service's log, as it goes to a file."""
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    stream = io.StringIO()
    logging_setup.configure(stream)
    yield stream
    root.handlers[:], root.level = before
