"""What the disk refuses, as an error a person can act on: it is full, or nothing may be written to it."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from kb.core.errors import Misconfigured, SinziError, Transient

__all__ = ["as_disk_error"]

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)
# SQLite's own words, which SQLAlchemy, Chroma and dbos pass on; https://www.sqlite.org/rescode.html
_FULL_WORDS = ("database or disk is full", "no space left on device", "disk i/o error", "disk quota exceeded")
_REFUSED_WORDS = ("attempt to write a readonly database", "read-only file system", "unable to open database file")


def as_disk_error(error: BaseException) -> SinziError | None:
    """Return ``disk_full`` or ``data_not_writable`` for an error that the disk caused, else None."""
    for one in _causes(error):
        number = getattr(one, "errno", None)
        words = str(one).lower()
        if number in _FULL or any(phrase in words for phrase in _FULL_WORDS):
            return Transient("disk_full")
        if number in _REFUSED or any(phrase in words for phrase in _REFUSED_WORDS):
            return Misconfigured("data_not_writable")
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(10):  # a chain may be a ring
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__
