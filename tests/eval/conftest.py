"""A test collection of six documents, with questions in three languages and one unanswerable question."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.beir import write_test_collection


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """A test collection as a BEIR folder."""
    return write_test_collection(tmp_path / "Tiny Set")
