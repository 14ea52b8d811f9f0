"""What a test needs and this machine lacks: a skip for who works, a failure in continuous integration (``CI=true``)."""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import NoReturn

import pytest

__all__ = ["missing", "module_or_missing"]


def missing(reason: str) -> NoReturn:
    """End the test: skipped, but failed in continuous integration, where everything must be there."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def module_or_missing(name: str, reason: str) -> ModuleType:
    """Return a module; where it cannot be imported, see :func:`missing`."""
    try:
        return importlib.import_module(name)
    except ImportError:
        missing(reason)
