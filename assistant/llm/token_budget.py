"""Tokens: how many a text takes, estimated without the model's own tokenizer, and what a tenant spends a day."""

from __future__ import annotations

import math

from kb.core.local_date import today
from kb.language.script import is_han
from kb.library import tenant_settings
from kb.library.documents import Library

__all__ = ["spend", "spent", "tokens"]

KEY = "llm_spent"
# Characters of other scripts to a token; models' tokenizers need fewer tokens than this, so an estimate is safe.
LATIN_PER_TOKEN = 3.0


def tokens(text: str) -> int:
    """Estimate the tokens of a text, rather too many: one a Han character, one for three others."""
    han = sum(map(is_han, text))
    return han + math.ceil((len(text) - han) / LATIN_PER_TOKEN)


def spent(library: Library) -> int:
    """Return the tokens the tenant has spent today."""
    kept = tenant_settings.get(library, KEY) or {}
    return int(kept.get("tokens", 0)) if kept.get("day") == today().isoformat() else 0


def spend(library: Library, count: int) -> None:
    """Add to what the tenant has spent today."""
    tenant_settings.put(library, KEY, {"day": today().isoformat(), "tokens": spent(library) + count})
