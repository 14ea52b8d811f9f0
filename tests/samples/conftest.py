"""The data folder that ``kb demo`` makes, once for all test processes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from kb.cli import cli
from kb.core.settings import Settings
from tests.helpers.made_once import made_once


class Demo(NamedTuple):
    """A data folder of the demo's, and what ``kb demo`` printed when it was made."""

    settings: Settings
    exit_code: int
    output: str


@pytest.fixture(scope="session")
def demo_folder(model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``data`` as the demo leaves it and ``printed.json``; copied, never written to."""

    def make(folder: Path) -> None:
        environment = {"KB_CACHE": str(model_settings.cache), "KB_LOCALE": "en"}
        result = CliRunner().invoke(cli, ["--data", str(folder / "data"), "demo"], env=environment)
        printed = {"exit_code": result.exit_code, "output": result.output}
        (folder / "printed.json").write_text(json.dumps(printed), encoding="utf-8")

    return made_once(tmp_path_factory, "demo", make)


@pytest.fixture(scope="module")
def demo(demo_folder: Path, model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A test file's own copy of the demo's data."""
    data = tmp_path_factory.mktemp("demo-copy") / "data"
    shutil.copytree(demo_folder / "data", data)
    printed = json.loads((demo_folder / "printed.json").read_text(encoding="utf-8"))
    return Demo(model_settings.model_copy(update={"data": data}), **printed)
