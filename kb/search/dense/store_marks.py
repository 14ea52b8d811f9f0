"""The mark that a tenant's vectors may lack what the records have; every process sees it.

Whoever repairs the store makes the mark his own first. He removes it only if nobody has set it again meanwhile.
"""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

from kb.store.tenants import Tenant

__all__ = ["is_behind", "mark_behind", "remove_mark"]


def _path(tenant: Tenant) -> Path:
    return tenant.home / "vectors.behind"


def is_behind(tenant: Tenant) -> bool:
    """Return whether the vectors may lack something."""
    return _path(tenant).exists()


def mark_behind(tenant: Tenant) -> str:
    """Set the mark, and return what is written in it."""
    token = secrets.token_hex(8)
    with contextlib.suppress(OSError):  # on a full or read-only disk the records do not change either
        _path(tenant).write_text(token, encoding="ascii")
    return token


def remove_mark(tenant: Tenant, token: str) -> None:
    """Remove the mark that :func:`mark_behind` has set, unless it was set again since."""
    with contextlib.suppress(OSError):
        if _path(tenant).read_text(encoding="ascii") == token:
            _path(tenant).unlink()
