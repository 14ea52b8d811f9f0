"""The data folder that ``kb demo`` makes, once for all test processes."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from filelock import FileLock

from kb.cli import cli
from kb.core.settings import Settings


class Demo(NamedTuple):
    """A data folder of the demo's, and what ``kb demo`` printed when it was made."""

    settings: Settings
    exit_code: int
    output: str


@pytest.fixture(scope="session")
def demo_folder(model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``data`` as the demo leaves it and ``printed.json``; copied, never written to.

    Taking the samples in is slow, so the first test process does it for all: pytest-xdist gives each a folder of its
    own beneath one that they share.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo"
    with FileLock(f"{folder}.lock"):
        if not (folder / "printed.json").is_file():
            environment = {"KB_CACHE": str(model_settings.cache), "KB_LOCALE": "en"}
            result = CliRunner().invoke(cli, ["--data", str(folder / "data"), "demo"], env=environment)
            printed = {"exit_code": result.exit_code, "output": result.output}
            (folder / "printed.json").write_text(json.dumps(printed), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def demo(demo_folder: Path, model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A test file's own copy of the demo's data."""
    data = tmp_path_factory.mktemp("demo-copy") / "data"
    shutil.copytree(demo_folder / "data", data)
    printed = json.loads((demo_folder / "printed.json").read_text(encoding="utf-8"))
    return Demo(model_settings.model_copy(update={"data": data}), **printed)
