"""The process that renders a page of a document: ``python -m assistant.sources.render_main``, one task per process.

A file may be made to attack the renderer. So rendering is outside the service's process, with limits on memory and
processor time, and it only needs to write one image. The task is one JSON object on standard input, the result one on
standard output: ``{"do": "draw", "path", "kind", "page", "width", "form", "out"}`` → ``{}``; ``{"do": "find", "path",
"page", "texts", "boxes"}`` → ``{"marks": [[x0, y0, x1, y1], …]}``, fractions of the page. Any error ends the process
with a status other than 0. This module imports no module of Sinzi that is slow to load.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image


MAX_PIXELS = 12_000_000
# The same as in the parser of images: an A2 page at 600 dpi.
_MAX_SOURCE_PIXELS = 180_000_000
_MEMORY_BYTES = 3 << 30
_CPU_SECONDS = 20
_QUALITY = 82


def main() -> None:
    """Run the task on standard input and write the result to standard output."""
    _limit()
    task: dict[str, Any] = json.loads(sys.stdin.read())
    if task["do"] == "find":
        from assistant.sources.quote_search import find

        sys.stdout.write(json.dumps({"marks": find(Path(task["path"]), task["page"], task["texts"], task["boxes"])}))
        return
    picture = (_pdf_page if task["kind"] == "pdf" else _picture)(Path(task["path"]), task["page"], task["width"])
    if task["form"] == "webp":
        picture.save(task["out"], "WEBP", quality=_QUALITY, method=3)
    else:
        picture.quantize(128).save(task["out"], "PNG", optimize=True)
    sys.stdout.write("{}")


def _limit() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _scale(width: float, height: float, wanted: int) -> float:
    return min(wanted / width, math.sqrt(MAX_PIXELS / (width * height)))


def _pdf_page(path: Path, number: int, width: int) -> Image.Image:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    document.init_forms()
    page = document[number - 1]
    across, down = page.get_size()
    bitmap = page.render(scale=_scale(across, down, width), may_draw_forms=True)
    picture: Image.Image = bitmap.to_pil()
    return picture.convert("RGB")


def _picture(path: Path, number: int, width: int) -> Image.Image:
    """Return a frame of an image as a viewer shows it: rotated by its EXIF, on white, never enlarged."""
    from PIL import Image

    from kb.core.images import open_as_displayed

    Image.MAX_IMAGE_PIXELS = _MAX_SOURCE_PIXELS // 2  # Pillow raises at twice this
    _register_heif()
    with Image.open(path) as image:
        image.seek(number - 1)
        if image.width * image.height > _MAX_SOURCE_PIXELS:
            raise Image.DecompressionBombError
        image.draft("RGB", (width * 2, width * 2))
        shown = open_as_displayed(image)
    scale = min(1.0, _scale(*shown.size, width))
    size = (max(1, round(shown.width * scale)), max(1, round(shown.height * scale)))
    return shown.resize(size, Image.Resampling.LANCZOS) if scale < 1.0 else shown


def _register_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()


if __name__ == "__main__":
    main()
