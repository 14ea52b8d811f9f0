"""Data files of a package: word tables (text with tab-separated cells), JSON, arrays; read once for the whole process.

In a text file, empty lines and lines that begin with ``#`` are comments. The name of a file may have folders:
``messages/ask.json``.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["arrays", "json_data", "lines", "parse_rows", "rows"]

Rows = tuple[tuple[str, ...], ...]


@cache
def lines(package: str, name: str) -> tuple[str, ...]:
    """Return the lines of a text file of ``package``, without its comments."""
    return _without_comments(_read(package, name))


@cache
def rows(package: str, name: str) -> Rows:
    """Return the cells of a tab-separated file of ``package``, without its comments."""
    return parse_rows(_read(package, name))


def parse_rows(text: str) -> Rows:
    """Return the cells of tab-separated text, without its comments."""
    return tuple(tuple(line.split("\t")) for line in _without_comments(text))


@cache
def json_data(package: str, name: str) -> Any:
    """Return the content of a JSON file of ``package``. All callers get the same object and must not change it."""
    return json.loads(_read(package, name))


@cache
def arrays(package: str, name: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of an ``.npz`` file by name. All callers get the same objects and must not change them."""
    import numpy as np  # most commands read no arrays

    with files(package).joinpath(name).open("rb") as file, np.load(file, allow_pickle=False) as opened:
        return {key: opened[key] for key in opened.files}


def _without_comments(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


def _read(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")
