"""Deletes what was made from a document's text when the document is deleted.

A part of the program that keeps such text registers a handler in the entry-point group ``sinzi.erasure``.
"""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import entry_points
from typing import Protocol

from sqlalchemy.orm import Session

__all__ = ["erase_copies"]


class ErasureHandler(Protocol):
    """Removes what a part of the program has kept of the text of some versions."""

    def __call__(self, session: Session, version_ids: Collection[int]) -> None:
        """Remove it from the tenant's records; ``session`` is the transaction that deletes the versions.

        An error keeps the versions too: nothing is deleted by halves.
        """


def erase_copies(session: Session, version_ids: Collection[int]) -> None:
    """Let every registered handler remove what it keeps of these versions, in this transaction."""
    for point in sorted(entry_points(group="sinzi.erasure"), key=lambda point: point.name):
        handler: ErasureHandler = point.load()
        handler(session, version_ids)
