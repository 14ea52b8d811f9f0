"""The colours of the pages, light and dark, against WCAG 2.2: text 4.5 : 1, edges of fields and focus ring 3 : 1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "assistant/web/static/base.css").read_text("utf-8")
LIGHT_BLOCK, DARK_BLOCK = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
SURFACES = ("--card", "--paper")
SOFT = ("--accent-soft", "--warm-soft", "--bad-soft", "--good-soft")
TEXT = [
    *[("--ink", surface) for surface in (*SURFACES, *SOFT, "--mark")],
    *[("--quiet", surface) for surface in (*SURFACES, "--accent-soft")],
    *[("--accent", surface) for surface in (*SURFACES, "--accent-soft")],
    *[("--bad", surface) for surface in (*SURFACES, "--bad-soft")],
    *[("--good", surface) for surface in ("--card", "--good-soft")],
    ("--accent-ink", "--accent"),
    ("--card", "--bad"),  # a dangerous button, a bad toast
    ("--paper", "--ink"),  # a toast
]
EDGES = [(edge, surface) for edge in ("--field", "--focus", "--accent") for surface in SURFACES]


def _palette(scheme: str) -> dict[str, str]:
    colours = r"(--[a-z-]+): (#[0-9a-f]{3,6})\b"
    light = dict(re.findall(colours, LIGHT_BLOCK))
    return light | (dict(re.findall(colours, DARK_BLOCK)) if scheme == "dark" else {})


def _luminance(colour: str) -> float:
    """Relative luminance, as in WCAG 2.2."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(first: str, second: str) -> float:
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula() -> None:
    assert _contrast("#000", "#fff") == pytest.approx(21)
    assert _contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (EDGES, 3.0)], ids=["text", "edges"])
def test_colours_can_be_told_apart(scheme: str, pairs: list[tuple[str, str]], least: float) -> None:
    palette = _palette(scheme)
    weak = {
        f"{one} on {other}": round(found, 2)
        for one, other in pairs
        if (found := _contrast(palette[one], palette[other])) < least
    }
    assert weak == {}


def test_fields_use_the_edge_that_can_be_seen() -> None:
    field = re.search(r"^input, select, textarea \{(.*?)\}", CSS, re.DOTALL | re.MULTILINE)
    assert field
    assert "border: 1px solid var(--field)" in field[1]
    assert re.search(r":focus-visible \{ outline: 3px solid var\(--focus\)", CSS)
