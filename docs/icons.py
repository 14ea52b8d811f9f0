"""Draw the icons for the home screen of a phone from the shapes of ``assistant/web/static/icon.svg``.

Run after a change of the icon: ``python docs/icons.py``. A test compares the files with what this draws.
"""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image, ImageDraw

STATIC = Path(__file__).parents[1] / "assistant" / "web" / "static"
VIEW = 32  # the icon's own units
FINE = 8  # drawn so many times larger, then made small: smooth edges
# Name of the file: (pixels, whether the corners are round). Phones cut the square ones to their own shape.
ICONS = {
    "icon-192.png": (192, True),
    "icon-512.png": (512, True),
    "icon-square-180.png": (180, False),
    "icon-square-512.png": (512, False),
}
Point = tuple[float, float]


def main() -> None:
    for name, (pixels, is_round) in ICONS.items():
        drawn(pixels, is_round=is_round).save(STATIC / name, optimize=True)


def drawn(pixels: int, *, is_round: bool) -> Image.Image:
    """Return the icon with 64 colours."""
    svg = (STATIC / "icon.svg").read_text("utf-8")
    green, white, amber = re.findall(r'fill="(#\w+)"', svg)
    book = re.findall(r'<path d="([^"]+)" fill', svg)[0]
    spine_x, spine_from, spine_height = (float(one) for one in re.findall(r'd="M(\d+) (\d+)v([\d.]+)" stroke', svg)[0])
    width = float(re.findall(r'stroke-width="([\d.]+)"', svg)[0])
    x, y, radius = (float(one) for one in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', svg)[0])
    scale = pixels * FINE / VIEW
    image = Image.new("RGBA", (pixels * FINE, pixels * FINE), (0, 0, 0, 0) if is_round else green)
    pen = ImageDraw.Draw(image)
    if is_round:
        pen.rounded_rectangle((0, 0, pixels * FINE - 1, pixels * FINE - 1), 8 * scale, fill=green)
    pen.polygon([(a * scale, b * scale) for a, b in outline(book)], fill=white)
    left, right = (spine_x - width / 2) * scale, (spine_x + width / 2) * scale
    pen.rectangle((left, spine_from * scale, right, (spine_from + spine_height) * scale), fill=green)
    pen.ellipse([value * scale for value in (x - radius, y - radius, x + radius, y + radius)], fill=amber)
    small = image.resize((pixels, pixels), Image.Resampling.LANCZOS)
    return small.quantize(64, method=Image.Quantize.FASTOCTREE)


def outline(path: str, steps: int = 40) -> list[Point]:
    """Return points along an SVG path that has M, relative c and v, and z."""
    points: list[Point] = []
    for command, text in re.findall(r"([Mcv])([^Mcvz]*)", path):
        numbers = [float(one) for one in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
        if command == "M":
            points.append((numbers[0], numbers[1]))
        elif command == "v":
            points.append((points[-1][0], points[-1][1] + numbers[0]))
        else:
            for start in range(0, len(numbers), 6):
                points += _curve(points[-1], numbers[start : start + 6], steps)
    return points


def _curve(origin: Point, numbers: list[float], steps: int) -> list[Point]:
    """Return points of a cubic Bézier curve; ``numbers`` are its two handles and its end, from ``origin``."""
    x, y = origin
    (a, b), (c, d), (e, f) = [(x + numbers[n], y + numbers[n + 1]) for n in (0, 2, 4)]
    found = []
    for step in range(1, steps + 1):
        t, u = step / steps, 1 - step / steps
        weights = u**3, 3 * u * u * t, 3 * u * t * t, t**3
        found.append(
            (
                sum(w * v for w, v in zip(weights, (x, a, c, e), strict=True)),
                sum(w * v for w, v in zip(weights, (y, b, d, f), strict=True)),
            )
        )
    return found


if __name__ == "__main__":
    main()
