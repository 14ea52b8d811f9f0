"""A card as plain text, for programs and terminals that show no cards."""

from __future__ import annotations

from typing import Any

__all__ = ["card_text", "contact_lines"]


def card_text(card: dict[str, Any]) -> str:
    """Return a card, as ``Card.localized`` returns it, as lines: title, each contact with its number, what to do."""
    return "\n".join([card["title"], *contact_lines(card), card["text"]])


def contact_lines(card: dict[str, Any]) -> list[str]:
    """Return a line for each contact of a card, the number first: "☎ 999  警方緊急熱線"."""
    return ["☎ " + "  ".join(filter(None, (one["number"], one["name"]))) for one in card["contacts"]]
