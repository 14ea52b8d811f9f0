"""Server-sent events on the wire."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["sse"]


def sse(event: str, data: Any) -> str:
    """Return a server-sent event; ``data`` goes out as JSON."""
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False, default=str)}\n\n"
