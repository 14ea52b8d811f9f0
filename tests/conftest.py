"""Fixtures of all tests: a data folder of their own, the model's cache shared (unpacked once per machine)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.core.settings import Settings
from kb.search.models import bundled_model

pytest_plugins = ["tests.fixtures.service"]


@pytest.fixture(scope="session")
def model_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose bundled model is there; the data folder is the session's."""
    settings = Settings(data=tmp_path_factory.mktemp("session-data"))
    bundled_model.ensure(settings.cache)
    return settings


@pytest.fixture
def settings(model_settings: Settings, tmp_path: Path) -> Settings:
    """Settings with an empty data folder."""
    return model_settings.model_copy(update={"data": tmp_path / "data"})
