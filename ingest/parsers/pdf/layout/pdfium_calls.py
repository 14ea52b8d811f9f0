"""pdfium's functions without ctypes' care: handles as integers, addresses for results.

Some are called for every character and every stroke of a page; so they take a fifth of the time.
"""

from __future__ import annotations

import ctypes
from typing import Any

__all__ = ["address", "direct"]


def address(handle: Any) -> int:
    """Return a handle of pypdfium2's raw layer as the integer that :func:`direct` functions take."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def direct(function: Any, result: Any, *arguments: Any) -> Any:
    """Return the raw pdfium ``function`` with plain types for its result and arguments (``c_void_p``: an address)."""
    return ctypes.PYFUNCTYPE(result, *arguments)(address(function))
