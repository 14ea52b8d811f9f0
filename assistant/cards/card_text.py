"""A card as plain text, for programs and terminals that show no cards."""

from __future__ import annotations

from typing import Any

__all__ = ["card_text", "contact_lines", "steps"]


def card_text(card: dict[str, Any]) -> str:
    """Return a card, as it is shown, as lines: title, each contact with its number, other cards, what to do."""
    return "\n".join([card["title"], *contact_lines(card), *steps(card)])


def contact_lines(card: dict[str, Any]) -> list[str]:
    """Return a line for each contact of a card, the number first: "☎ 999  警方緊急熱線"; then that of other cards."""
    lines = [
        ("☎ " if one["number"] else "") + "  ".join(filter(None, (one["number"], one["name"])))
        for one in card["contacts"]
    ]
    return [*lines, *filter(None, [card.get("others_line")])]


def steps(card: dict[str, Any]) -> list[str]:
    """Return what to do, a step in each line; none where an earlier message of the conversation had them."""
    return [] if card.get("stage") == "later" else card["text"].split("\n")
