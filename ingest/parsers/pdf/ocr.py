"""OCR of one page image with rapidocr (PP-OCRv6: Traditional and Simplified Chinese, English; offline).

The engine is loaded at the first page, once per process. Pages are rotated upright and straightened first, because the
layout code needs horizontal lines. ``to_page`` maps the results to the original page.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
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

__all__ = ["read_image", "read_page"]

Image = npt.NDArray[np.uint8]  # height × width × 3, BGR
_Line = tuple[npt.NDArray[np.float32], str, float]  # corners of its box, text, score 0 to 1
Matrix = npt.NDArray[np.float64]  # 2 × 3, from the straightened page to the original page

MAX_SKEW = 10.0  # degrees
SMALL_SIDE, LARGE_SIDE = 1000, 2600  # pixels of the longer side: upscale below, downscale above
GOOD_SCORE = 0.78  # mean line score of a page that is upright
WELL_READ = 0.85  # score of a line that is surely writing, however faint
FAINT, FAINT_SHARE = 60.0, 0.4  # contrast of ink and paper in grey levels, and as a share of the darkest line's
TYPE_SIZE_RATIO = 0.74  # type size divided by the height of the box of a recognised line
_LONG = 1.8  # a line is at least so many times as long as it is high
_SHORTEST_ACROSS = 3  # characters of a line that runs the other way
MUCH_NOISE = 18.0  # mean difference to the median-filtered image, in grey levels


@dataclass(frozen=True, slots=True)
class OcrPage:
    """Fragments on the straightened page, its size, and ``to_page``, which maps its points to the original page."""

    fragments: list[Fragment]
    width: float
    height: float
    to_page: Matrix


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
    """Render a PDF page at ``dpi`` and read it; sizes and boxes are in points."""
    width, height = page.get_size()
    scale = min(dpi / 72, LARGE_SIDE / max(width, height))
    image = page.render(scale=scale, rev_byteorder=False).to_numpy()
    ocr_page = read_image(
        np.ascontiguousarray(image[:, :, :3]) if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    )
    return _scaled(ocr_page, 1 / scale)


def read_image(image: Image) -> OcrPage:
    """Read an image. It is scaled to a size that suits the models, denoised, rotated upright and straightened.

    Sizes and boxes are in pixels of ``image``.
    """
    longer = max(image.shape[:2])
    scale = 1.0
    if longer < SMALL_SIDE or longer > LARGE_SIDE:
        scale = min(3.0, (SMALL_SIDE * 1.5 if longer < SMALL_SIDE else LARGE_SIDE) / longer)
        image = cv2.resize(
            image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        )
    image = _denoise(image)
    best = upright = _read(image, 0)
    if best.is_sideways:
        best = max((best, _read(image, 1), _read(image, 3)), key=lambda r: (not r.is_sideways) * 0.2 + r.score)
        best = _with_lines_across(best, upright) if best is not upright else best
    elif best.lines and best.score < GOOD_SCORE:
        best = max((best, _read(image, 2)), key=lambda r: r.score + (0.05 if r is best else 0.0))
    return _scaled(OcrPage(best.fragments, best.width, best.height, best.to_page), 1 / scale)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Result for one rotation. ``score``: mean score of its lines, 0 to 1; ``is_sideways``: most lines are vertical."""

    fragments: list[Fragment]
    width: float
    height: float
    to_page: Matrix
    score: float
    is_sideways: bool

    @property
    def lines(self) -> int:
        return len(self.fragments)


def _read(image: Image, quarter_turns: int) -> _Reading:
    """Read the image after ``quarter_turns`` counter-clockwise quarter turns and straightening."""
    height, width = image.shape[:2]
    rotated = np.ascontiguousarray(np.rot90(image, quarter_turns))
    straightened, unskew = _straighten(rotated)
    result: Any = _engine()(straightened)
    to_page = _unturn_matrix(quarter_turns, width, height) @ np.vstack([unskew, [0.0, 0.0, 1.0]])
    if result.boxes is None or result.txts is None:
        return _Reading([], straightened.shape[1], straightened.shape[0], to_page, 0.0, False)
    lines = [(np.asarray(b), t, s) for b, t, s in zip(result.boxes, result.txts, result.scores, strict=True)]
    lines = _without_show_through(straightened, lines)
    fragments = _with_equal_heights([f for box, text, _ in lines for f in _fragment(box, text)])
    weight = sum(len(t) for _, t, _ in lines) or 1
    score = sum(len(t) * s for _, t, s in lines) / weight
    tall = sum(len(t) for b, t, _ in lines if np.ptp(b[:, 1]) > 1.8 * np.ptp(b[:, 0]) and len(t) > 2)
    return _Reading(fragments, straightened.shape[1], straightened.shape[0], to_page, float(score), tall > 0.6 * weight)


def _with_lines_across(turned: _Reading, upright: _Reading) -> _Reading:
    """Return the reading of a turned page, with the lines that run the other way as the upright page has them.

    Over a text in columns from right to left stands a head from left to right; on the turned page it is unreadable.
    """
    own = [f for f in turned.fragments if not _is_upended(f)]
    to_turned = cv2.invertAffineTransform(turned.to_page) @ np.vstack([upright.to_page, [0.0, 0.0, 1.0]])
    across = []
    for f in upright.fragments:
        if len(f.text) < _SHORTEST_ACROSS or _is_upended(f) or f.width <= _LONG * f.size / TYPE_SIZE_RATIO:
            continue
        corners = np.array([(f.x0, f.top, 1.0), (f.x1, f.bottom, 1.0)]) @ to_turned.T
        (x0, top), (x1, bottom) = corners.min(axis=0), corners.max(axis=0)
        if not any(x0 < other.x1 and other.x0 < x1 and top < other.bottom and other.top < bottom for other in own):
            across.append(Fragment(f.text, x0, top, x1, bottom, f.size, f.bold, False))
    return replace(turned, fragments=[*own, *across])


def _is_upended(f: Fragment) -> bool:
    """Whether the box of a line is so tall that its text runs the other way."""
    return len(f.text) > 1 and f.size / TYPE_SIZE_RATIO > _LONG * f.width


def _without_show_through(image: Image, lines: list[_Line]) -> list[_Line]:
    """Return the lines without those of the page's back, which shine through as faint, mirrored writing.

    A line is left out when it was read badly and its ink is faint: by itself, or beside the darkest line of the page.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    contrasts = [_contrast(grey, box) for box, _, _ in lines]
    darkest = max(contrasts, default=0.0)
    return [
        line
        for line, contrast in zip(lines, contrasts, strict=True)
        if line[2] >= WELL_READ or contrast >= max(FAINT, FAINT_SHARE * darkest)
    ]


def _contrast(grey: npt.NDArray[np.uint8], box: npt.NDArray[np.float32]) -> float:
    """Return how much darker the ink in a box is than its paper, in grey levels."""
    left, top = (max(0, int(v)) for v in box.min(axis=0))
    right, bottom = (int(v) + 1 for v in box.max(axis=0))
    inside = grey[top:bottom, left:right]
    return float(np.percentile(inside, 95) - np.percentile(inside, 3)) if inside.size else 0.0


def _fragment(box: npt.NDArray[np.float32], text: str) -> list[Fragment]:
    text = squeeze("".join(clean_char(ord(ch)) for ch in text))
    if not text:
        return []
    x0, top, x1, bottom = (float(v) for v in (box[:, 0].min(), box[:, 1].min(), box[:, 0].max(), box[:, 1].max()))
    size = max(1.0, TYPE_SIZE_RATIO * (bottom - top))
    return [Fragment(text, x0, (top + bottom - size) / 2, x1, (top + bottom + size) / 2, size, False)]


def _with_equal_heights(fragments: list[Fragment]) -> list[Fragment]:
    """Set lines of nearly the median height to that height: the height of a box varies with the letters in it."""
    sizes = sorted(f.size for f in fragments for _ in f.text)
    median_size = sizes[len(sizes) // 2] if sizes else 1.0
    for f in fragments:
        if 0.72 * median_size < f.size < 1.3 * median_size:
            f.top, f.bottom, f.size = f.middle - median_size / 2, f.middle + median_size / 2, median_size
    return fragments


def _denoise(image: Image) -> Image:
    """Remove speckle, but only if there is much: the filter removes thin strokes too."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    residue = cv2.absdiff(grey, cv2.medianBlur(grey, 3))
    paper = grey >= np.percentile(grey, 40)
    if float(residue[paper].mean()) < MUCH_NOISE:
        return image
    return np.asarray(cv2.medianBlur(image, 3), dtype=np.uint8)


def _straighten(image: Image) -> tuple[Image, Matrix]:
    """Return the straightened image and the matrix from it to ``image``."""
    height, width = image.shape[:2]
    angle = _skew(image)
    if abs(angle) < 0.3:
        return image, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    rotation = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    new_size = np.abs(rotation[:, :2]) @ np.array([width, height])
    rotation[:, 2] += (new_size - np.array([width, height])) / 2
    size = (int(new_size[0]), int(new_size[1]))
    background = [float(v) for v in np.median(image[:: max(1, height // 50), :: max(1, width // 50)], axis=(0, 1))]
    straightened = cv2.warpAffine(
        image, rotation, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=background
    )
    return np.asarray(straightened, dtype=np.uint8), np.asarray(cv2.invertAffineTransform(rotation), dtype=np.float64)


def _skew(image: Image) -> float:
    """Return the rotation in degrees (counter-clockwise) that makes the lines horizontal.

    Method of Postl: the ink per row changes most from row to row when lines are horizontal. The angle with the largest
    sum of squared differences is searched coarsely, then finely, on a small copy.
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

    coarse = max(np.arange(-MAX_SKEW, MAX_SKEW + 0.1, 1.0), key=sharpness)
    fine = float(max(np.arange(coarse - 0.8, coarse + 0.81, 0.2), key=sharpness))
    return fine if sharpness(fine) > 1.15 * sharpness(0.0) else 0.0


def _unturn_matrix(quarter_turns: int, width: int, height: int) -> Matrix:
    """Return the matrix from the rotated image to the original image of ``width`` × ``height``."""
    return np.array(
        {
            0: [[1, 0, 0], [0, 1, 0]],
            1: [[0, -1, width], [1, 0, 0]],
            2: [[-1, 0, width], [0, -1, height]],
            3: [[0, 1, 0], [-1, 0, height]],
        }[quarter_turns],
        dtype=np.float64,
    )


def _scaled(ocr_page: OcrPage, scale: float) -> OcrPage:
    fragments = [
        Fragment(
            f.text, f.x0 * scale, f.top * scale, f.x1 * scale, f.bottom * scale, f.size * scale, f.bold, f.horizontal
        )
        for f in ocr_page.fragments
    ]
    to_page = ocr_page.to_page.copy()
    to_page[:, 2] *= scale
    return OcrPage(fragments, ocr_page.width * scale, ocr_page.height * scale, to_page)
