"""Colours as documents state them: whether ink can be told from its ground."""

from __future__ import annotations

import re

__all__ = ["UNREADABLE_POINTS", "WHITE", "alike", "from_hex"]

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
# The greatest difference of a channel, 0..255, that the eye does not see on a screen or on paper.
_TOLERANCE = 14
# Type of this size, in points, is a line to the eye.
UNREADABLE_POINTS = 2.0
_HEX = re.compile(r"#?(?:[0-9a-fA-F]{2})?([0-9a-fA-F]{6})")


def from_hex(text: str | None) -> Colour | None:
    """Return the colour of "FFFFFF", "#ffffff" or "FFFFFFFF" (alpha first); None for anything else."""
    match = _HEX.fullmatch((text or "").strip())
    return None if match is None else (int(match[1][:2], 16), int(match[1][2:4], 16), int(match[1][4:], 16))


def alike(ink: Colour | None, ground: Colour | None) -> bool:
    """Whether ink cannot be seen on its ground. An unknown colour is none of another."""
    if ink is None or ground is None:
        return False
    return max(abs(one - other) for one, other in zip(ink, ground, strict=True)) <= _TOLERANCE
