"""The parser of photos and scans (PNG, JPEG, HEIC, TIFF with several pages): OCR, then the layout code of PDF."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence, UnidentifiedImageError

from ingest.parsers.pdf.layout.page_layout import LayoutPage, analyse_layout
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument, no_text
from kb.core.errors import FileRejected
from kb.core.images import open_as_displayed

__all__ = ["parse"]

BYTES_PER_PIXEL = 4
MAX_PIXELS = 180_000_000  # 12,000 × 15,000: an A2 page at 600 dpi


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read an image file into elements. Boxes are in pixels of the image as it is shown (rotated as EXIF states).

    Raises:
        FileRejected: file_empty, file_broken, file_too_complex (more pixels than the limits allow),
            file_too_many_pages, file_no_text.
    """
    name = context.filename
    if path.stat().st_size == 0:
        raise FileRejected("file_empty", name=name)
    if context.settings.ocr == "never":
        raise no_text(name, context.settings)
    from ingest.parsers.pdf.ocr import read_image

    pages: list[LayoutPage] = []
    total = 0
    for number, total, frame_image in _frames(path, context):
        found = read_image(np.ascontiguousarray(np.asarray(frame_image)[:, :, ::-1]))
        width, height = frame_image.size
        pages.append(
            LayoutPage(
                number,
                width,
                height,
                found.fragments,
                pixels=True,
                to_page=found.to_page,
                layout_height=found.height,
                layout_width=found.width,
            )
        )
        context.progress(number, total)
    elements, large_lines = analyse_layout(pages)
    if not elements:
        raise no_text(name, context.settings)
    return ParsedDocument(elements, total, next(iter(large_lines), None), large_lines=large_lines)


def _frames(path: Path, context: ParseContext) -> Iterator[tuple[int, int, Image.Image]]:
    """Yield page number, number of pages, and the image: RGB, rotated as EXIF states."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    name, settings = context.filename, context.settings
    limit = min(MAX_PIXELS, settings.max_expanded_mb * 1024 * 1024 // BYTES_PER_PIXEL)
    Image.MAX_IMAGE_PIXELS = limit
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                total = getattr(image, "n_frames", 1)
                if total > settings.max_pages:
                    raise FileRejected("file_too_many_pages", name=name, pages=total, limit=settings.max_pages)
                for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                    if frame.width * frame.height > limit:
                        raise Image.DecompressionBombError
                    yield number, total, open_as_displayed(frame)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FileRejected("file_too_complex", name=name, what=f"> {limit // 1_000_000} megapixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise FileRejected("file_broken", name=name) from error
