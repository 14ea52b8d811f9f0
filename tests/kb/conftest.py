"""Fixtures of the kb floor."""

from __future__ import annotations

import pytest

from kb.core.settings import Settings
from tests.helpers.shelf import Shelf


@pytest.fixture
def shelf(settings: Settings) -> Shelf:
    return Shelf(settings)
