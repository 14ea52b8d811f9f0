"""Who asks a language model, and whether they still wait for the answer."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from kb.library.audit import Actor

__all__ = ["ReaderGone", "Requester"]


class ReaderGone(Exception):
    """Nobody waits for the answer any more; the request to the model was stopped."""


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks.

    Attributes:
        actor: the person or program, as in the audit trail.
        gone: is set when the reader has disconnected.
    """

    actor: Actor = Actor("cli", "kb")  # noqa: RUF009 - frozen
    gone: threading.Event = field(default_factory=threading.Event)
