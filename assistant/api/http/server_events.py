"""The format of server-sent events."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["sse"]


def sse(event: str, data: Any) -> str:
    """Return one server-sent event as text. ``data`` is encoded as JSON."""
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False, default=str)}\n\n"
