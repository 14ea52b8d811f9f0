"""Beyond asking: summaries, what changed, drafts and translations, all standing on citations."""

from __future__ import annotations

__all__: list[str] = []
