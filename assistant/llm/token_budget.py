"""Tokens: an estimate for a text without the model's tokenizer, and the number that a tenant uses per day."""

from __future__ import annotations

import math

from kb.core.local_date import today
from kb.language.script import is_han
from kb.library import tenant_settings
from kb.library.documents import Library

__all__ = ["spend", "spent", "tokens"]

KEY = "llm_spent"
# Characters of other scripts per token. Models' tokenizers need fewer tokens, so the estimate is safe.
LATIN_PER_TOKEN = 3.0


def tokens(text: str) -> int:
    """Return an estimate of a text's tokens, rather too high: one per Han character, and one per three others."""
    han = sum(map(is_han, text))
    return han + math.ceil((len(text) - han) / LATIN_PER_TOKEN)


def spent(library: Library) -> int:
    """Return the tokens the tenant has spent today."""
    kept = tenant_settings.get(library, KEY) or {}
    return int(kept.get("tokens", 0)) if kept.get("day") == today().isoformat() else 0


def spend(library: Library, count: int) -> None:
    """Add to what the tenant has spent today."""
    tenant_settings.put(library, KEY, {"day": today().isoformat(), "tokens": spent(library) + count})
