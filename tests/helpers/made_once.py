"""A folder that is slow to make, made by one test process for all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

__all__ = ["made_once"]


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder ``name`` that ``make`` has filled; nobody has its files open and nobody may write to it.

    Each process of pytest-xdist has a temporary folder of its own beneath one that they share. Databases that were just
    written may be open still: what is given out is a copy.
    """
    own = folders.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            fresh = folders.mktemp(f"{name}-fresh")
            make(fresh)
            shutil.copytree(fresh, f"{folder}.part")
            Path(f"{folder}.part").rename(folder)
    return folder
