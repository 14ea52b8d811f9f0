"""Tokens: an estimate for a text without the model's tokenizer, and the number that a tenant uses per day.

Before a request, all the tokens that it may use are reserved; afterwards the reservation is replaced by what it used.
A request whose process ends in between costs its whole reservation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from assistant.llm import endpoint
from kb.core.errors import Transient
from kb.core.local_date import today
from kb.core.settings import Settings
from kb.language.script import is_cjk
from kb.library import tenant_settings
from kb.library.documents import Library

__all__ = ["reserve", "settle", "tokens"]

KEY = "llm_spent"
# Characters of other scripts per token. Models' tokenizers need fewer tokens, so the estimate is safe.
LATIN_PER_TOKEN = 3.0


def tokens(text: str) -> int:
    """Return an estimate of a text's tokens, rather too high: one per Chinese character or mark, one per three others.

    A character outside the Basic Multilingual Plane (rare characters, emoji) counts four: its bytes in UTF-8.
    """
    rare = sum(char > "\uffff" for char in text)
    chinese = sum(map(is_cjk, text)) - sum(char > "\uffff" and is_cjk(char) for char in text)
    return 4 * rare + chinese + math.ceil((len(text) - chinese - rare) / LATIN_PER_TOKEN)


@dataclass(frozen=True, slots=True)
class Reservation:
    """Tokens kept for one request; ``day`` (ISO, Hong Kong) is the one whose budget they come from."""

    day: str
    tokens: int


def spent(library: Library) -> int:
    """Return the tokens the tenant has spent today, reserved ones included."""
    kept = tenant_settings.get(library, KEY)
    return _spent_on(_budget_day(kept), kept)


def _budget_day(kept: Any) -> str:
    """Return today, or the day of the stored budget where that is later: a budget never goes back to an earlier day."""
    return max(today().isoformat(), kept["day"] if kept else "")


def _spent_on(day: str, kept: Any) -> int:
    return int(kept.get("tokens", 0)) if kept and kept.get("day") == day else 0


def reserve(settings: Settings, library: Library, count: int) -> Reservation | None:
    """Reserve tokens of today's budget (KB_LLM_DAILY_TOKENS) for one request; None where there is no limit.

    Checking and reserving are one transaction: of two requests at one moment, in one process or two, the second sees
    what the first has reserved.

    Raises:
        Transient: ``llm_budget`` where fewer are left.
    """
    limit, day = settings.llm_daily_tokens, ""
    if not limit:
        return None

    def add(kept: Any) -> dict[str, Any]:
        nonlocal day
        day = _budget_day(kept)  # read inside the transaction: midnight may pass while it waits for another one
        total = _spent_on(day, kept) + count
        if total > limit:
            raise Transient("llm_budget", host=endpoint.host(settings), reason=f"KB_LLM_DAILY_TOKENS={limit}")
        return {"day": day, "tokens": total}

    tenant_settings.update(library, KEY, add)
    return Reservation(day, count)


def settle(library: Library, reservation: Reservation | None, used: int) -> None:
    """Put the tokens that a request used in place of those reserved for it."""
    if reservation is None:
        return
    day = reservation.day

    def correct(kept: Any) -> Any:
        if not kept or kept.get("day") != day:  # midnight has passed: the new day's budget is whole
            return kept
        return {"day": day, "tokens": max(0, _spent_on(day, kept) + used - reservation.tokens)}

    tenant_settings.update(library, KEY, correct)
