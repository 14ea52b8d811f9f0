"""pdfium functions without the argument checks of ctypes: handles as integers, addresses for results.

Some are called for every character and every stroke of a page. Called in this way they take a fifth of the time.
"""

from __future__ import annotations

import ctypes
from typing import Any

__all__ = ["address", "raw_function"]


def address(handle: Any) -> int:
    """Return a handle of the raw layer of pypdfium2 as the integer that a :func:`raw_function` takes."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def raw_function(function: Any, result: Any, *arguments: Any) -> Any:
    """Return the pdfium ``function`` with simple ctypes types for result and arguments (``c_void_p``: an address)."""
    return ctypes.PYFUNCTYPE(result, *arguments)(address(function))
