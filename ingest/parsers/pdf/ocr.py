"""OCR of one page image with rapidocr (PP-OCRv6, Traditional and Simplified Chinese, English; offline).

The engine is loaded at the first page and kept, one per process. Pages are straightened first, so
that the layout code meets level lines; boxes are mapped back onto the page as it was handed in.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium

from ingest.parsers.pdf.layout.fragments import Fragment
from ingest.parsers.pdf.layout.text_repair import clean_char, squeeze

if TYPE_CHECKING:
    from rapidocr import RapidOCR

__all__ = ["OcrPage", "read_image", "read_page"]

Image = npt.NDArray[np.uint8]  # height × width × 3, BGR
Matrix = npt.NDArray[np.float64]  # 2 × 3, from the straightened page to the page handed in

MOST_SKEW = 10.0  # degrees
SMALL_SIDE, LARGE_SIDE = 1000, 2600  # pixels of the longer side: upscale below, downscale above
SURE = 0.78  # mean line score of a page that stands upright
TYPE_SHARE = 0.74  # type size in units of the height of a recognised line's box
NOISY = 18.0  # grey levels of a median filter's residue


@dataclass(frozen=True, slots=True)
class OcrPage:
    """Fragments on the straightened page of ``width`` × ``height``; ``back`` maps a point to the page handed in."""

    fragments: list[Fragment]
    width: float
    height: float
    back: Matrix


@cache
def _engine() -> RapidOCR:
    from rapidocr import RapidOCR

    threads = min(os.cpu_count() or 1, 4)
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.max_side_len": LARGE_SIDE,
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def read_page(page: pdfium.PdfPage, dpi: int) -> OcrPage:
    """Render ``page`` at ``dpi`` and read it; sizes and boxes come back in points."""
    width, height = page.get_size()
    scale = min(dpi / 72, LARGE_SIDE / max(width, height))
    image = page.render(scale=scale, rev_byteorder=False).to_numpy()
    found = read_image(
        np.ascontiguousarray(image[:, :, :3]) if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    )
    return _scaled(found, 1 / scale)


def read_image(image: Image) -> OcrPage:
    """Read an image: scaled to a size the models like, cleaned, turned upright, straightened."""
    longer = max(image.shape[:2])
    scale = 1.0
    if longer < SMALL_SIDE or longer > LARGE_SIDE:
        scale = min(3.0, (SMALL_SIDE * 1.5 if longer < SMALL_SIDE else LARGE_SIDE) / longer)
        image = cv2.resize(
            image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        )
    image = _clean(image)
    best = _read(image, 0)
    if best.lying:
        best = max((best, _read(image, 1), _read(image, 3)), key=lambda r: (not r.lying) * 0.2 + r.score)
    elif best.lines and best.score < SURE:
        best = max((best, _read(image, 2)), key=lambda r: r.score + (0.05 if r is best else 0.0))
    return _scaled(OcrPage(best.fragments, best.width, best.height, best.back), 1 / scale)


@dataclass(frozen=True, slots=True)
class _Reading:
    fragments: list[Fragment]
    width: float
    height: float
    back: Matrix
    score: float
    lying: bool

    @property
    def lines(self) -> int:
        return len(self.fragments)


def _read(image: Image, quarter_turns: int) -> _Reading:
    """Read the image after ``quarter_turns`` counter-clockwise quarter turns and straightening."""
    height, width = image.shape[:2]
    turned = np.ascontiguousarray(np.rot90(image, quarter_turns))
    straight, unskew = _straighten(turned)
    result: Any = _engine()(straight)
    back = _unturn(quarter_turns, width, height) @ np.vstack([unskew, [0.0, 0.0, 1.0]])
    if result.boxes is None or result.txts is None:
        return _Reading([], straight.shape[1], straight.shape[0], back, 0.0, False)
    lines = [(np.asarray(b), t, s) for b, t, s in zip(result.boxes, result.txts, result.scores, strict=True)]
    fragments = _levelled([f for box, text, _ in lines for f in _fragment(box, text)])
    weight = sum(len(t) for _, t, _ in lines) or 1
    score = sum(len(t) * s for _, t, s in lines) / weight
    tall = sum(len(t) for b, t, _ in lines if np.ptp(b[:, 1]) > 1.8 * np.ptp(b[:, 0]) and len(t) > 2)
    return _Reading(fragments, straight.shape[1], straight.shape[0], back, float(score), tall > 0.6 * weight)


def _fragment(box: npt.NDArray[np.float32], text: str) -> list[Fragment]:
    text = squeeze("".join(clean_char(ord(ch)) for ch in text))
    if not text:
        return []
    x0, top, x1, bottom = (float(v) for v in (box[:, 0].min(), box[:, 1].min(), box[:, 0].max(), box[:, 1].max()))
    size = max(1.0, TYPE_SHARE * (bottom - top))
    return [Fragment(text, x0, (top + bottom - size) / 2, x1, (top + bottom + size) / 2, size, False)]


def _levelled(fragments: list[Fragment]) -> list[Fragment]:
    """Give lines of nearly the usual height that height: boxes shrink and grow with their letters."""
    sizes = sorted(f.size for f in fragments for _ in f.text)
    usual = sizes[len(sizes) // 2] if sizes else 1.0
    for f in fragments:
        if 0.72 * usual < f.size < 1.3 * usual:
            f.top, f.bottom, f.size = f.middle - usual / 2, f.middle + usual / 2, usual
    return fragments


def _clean(image: Image) -> Image:
    """Smooth speckle, only where there is much of it: filters cost thin strokes."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    residue = cv2.absdiff(grey, cv2.medianBlur(grey, 3))
    paper = grey >= np.percentile(grey, 40)
    if float(residue[paper].mean()) < NOISY:
        return image
    return np.asarray(cv2.medianBlur(image, 3), dtype=np.uint8)


def _straighten(image: Image) -> tuple[Image, Matrix]:
    """Return the level image and the matrix from it back to ``image``."""
    height, width = image.shape[:2]
    angle = _skew(image)
    if abs(angle) < 0.3:
        return image, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    forth = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    corner = np.abs(forth[:, :2]) @ np.array([width, height])
    forth[:, 2] += (corner - np.array([width, height])) / 2
    size = (int(corner[0]), int(corner[1]))
    edge = [float(v) for v in np.median(image[:: max(1, height // 50), :: max(1, width // 50)], axis=(0, 1))]
    straight = cv2.warpAffine(
        image, forth, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=edge
    )
    return np.asarray(straight, dtype=np.uint8), np.asarray(cv2.invertAffineTransform(forth), dtype=np.float64)


def _skew(image: Image) -> float:
    """Return the turn in degrees (counter-clockwise) that makes the lines level.

    The profile of ink per row is sharpest when lines are level: the angle with the largest variance of
    its differences (Postl's method), searched coarsely, then finely, on a small copy.
    """
    scale = 900 / max(image.shape[:2])
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, None, fx=min(1.0, scale), fy=min(1.0, scale), interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 15)
    height, width = ink.shape

    def sharpness(angle: float) -> float:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        rows = cv2.warpAffine(ink, turn, (width, height), flags=cv2.INTER_NEAREST).sum(axis=1, dtype=np.float64)
        return float(np.square(np.diff(rows)).sum())

    coarse = max(np.arange(-MOST_SKEW, MOST_SKEW + 0.1, 1.0), key=sharpness)
    fine = float(max(np.arange(coarse - 0.8, coarse + 0.81, 0.2), key=sharpness))
    return fine if sharpness(fine) > 1.15 * sharpness(0.0) else 0.0


def _unturn(quarter_turns: int, width: int, height: int) -> Matrix:
    """Return the matrix from the turned image back to the one of ``width`` × ``height``."""
    return np.array(
        {
            0: [[1, 0, 0], [0, 1, 0]],
            1: [[0, -1, width], [1, 0, 0]],
            2: [[-1, 0, width], [0, -1, height]],
            3: [[0, 1, 0], [-1, 0, height]],
        }[quarter_turns],
        dtype=np.float64,
    )


def _scaled(found: OcrPage, scale: float) -> OcrPage:
    fragments = [
        Fragment(f.text, f.x0 * scale, f.top * scale, f.x1 * scale, f.bottom * scale, f.size * scale, f.bold)
        for f in found.fragments
    ]
    back = found.back.copy()
    back[:, 2] *= scale
    return OcrPage(fragments, found.width * scale, found.height * scale, back)
