"""Pictures as a viewer shows them. Imports Pillow and nothing else, for the processes that open one file and end."""

from __future__ import annotations

from PIL import Image, ImageOps

__all__ = ["open_as_displayed"]


def open_as_displayed(frame: Image.Image) -> Image.Image:
    """Return a picture turned by its EXIF, transparency on white, RGB."""
    picture = ImageOps.exif_transpose(frame)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        paper.alpha_composite(layer)
        picture = paper
    elif picture.mode.startswith("I;16") or picture.mode == "I":
        picture = picture.point(lambda value: value / 256).convert("L")
    return picture.convert("RGB")
