"""Pictures of paper: a scanner's pages in a PDF without a text layer, and a telephone's photo of a notice."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pypdfium2
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from writers.blocks import Source
from writers.pdf import write_pdf

__all__ = ["write_picture", "write_scan"]

_A4 = (595.27, 841.89)


def _pages(source: Source, dpi: int) -> list[np.ndarray]:
    with tempfile.TemporaryDirectory() as folder:
        paper = Path(folder) / "paper.pdf"
        write_pdf(source, paper)
        document = pypdfium2.PdfDocument(paper)
        return [page.render(scale=dpi / 72).to_numpy()[:, :, :3].copy() for page in document]


def _noise(image: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    return np.clip(image + rng.normal(0, strength, image.shape), 0, 255)


def _scanned(page: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """A flat-bed scanner's page: crooked by about 1.5 degrees, soft, specked, with a dark edge."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.choice([-1.5, 1.4])), 0.985)
    grey = cv2.warpAffine(grey, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=236)
    grey = cv2.GaussianBlur(grey, (0, 0), 0.75).astype(float) * 0.9 + 18
    grey[:, : width // 90] *= 0.6
    specks = rng.integers(0, [height, width], (90, 2))
    for y, x in specks:
        cv2.circle(grey, (int(x), int(y)), 1, 90, -1)
    return Image.fromarray(_noise(grey, rng, 6).astype(np.uint8))


def write_scan(source: Source, out: Path) -> None:
    """A PDF whose pages are JPEG images (150 dpi, grey); no text layer at all."""
    rng = np.random.default_rng(len(source.body))
    canvas = Canvas(str(out), pagesize=_A4, invariant=1)
    canvas.setTitle("Scan")
    for page in _pages(source, 150):
        buffer = io.BytesIO()
        _scanned(page, rng).save(buffer, "JPEG", quality=52)
        canvas.drawImage(ImageReader(buffer), 0, 0, *_A4)
        canvas.showPage()
    canvas.save()


def _photographed(page: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """A hand-held photo: the sheet on a cork board, in perspective, light falling off to one corner."""
    height, width = page.shape[:2]
    board = np.array([96, 140, 178], float) + rng.normal(0, 12, (height, width, 3))
    board = cv2.GaussianBlur(np.clip(board, 0, 255).astype(np.uint8), (0, 0), 1.4)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    target = corners * 0.86 + np.array([width, height], np.float32) * 0.07
    target += np.array([[14, 30], [-26, 4], [20, -10], [-18, 16]], np.float32) * width / 1000
    warp = cv2.getPerspectiveTransform(corners, target)
    sheet = cv2.warpPerspective(page, warp, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full(page.shape, 255, np.uint8), warp, (width, height)) / 255.0
    image = board * (1 - mask) + sheet * mask
    down, across = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    light = 1.04 - 0.34 * across * 0.8 - 0.22 * down
    image = image * light[:, :, None] * np.array([0.94, 0.99, 1.0])
    image = cv2.GaussianBlur(image, (0, 0), 0.8)
    return Image.fromarray(_noise(image, rng, 4).astype(np.uint8)[:, :, ::-1])


def write_picture(source: Source, out: Path) -> None:
    """JPEG and HEIC become photos; PNG and TIFF stay clean exports. The first page only."""
    rng = np.random.default_rng(len(source.body))
    pages = _pages(source, 140)
    if len(pages) > 1:
        raise SystemExit(f"{source.name} does not fit on one page")
    kind = out.suffix.lower()
    if kind == ".jpg":
        _photographed(pages[0], rng).save(out, quality=72)
    elif kind == ".heic":
        heif = pillow_heif.from_pillow(_photographed(pages[0], rng))
        heif.save(out, quality=55)
    elif kind == ".tiff":
        fax = _scanned(pages[0], rng).point(lambda grey: 255 if grey > 150 else 0)
        fax.convert("1").save(out, compression="group4", dpi=(140, 140))
    else:
        Image.fromarray(cv2.cvtColor(pages[0], cv2.COLOR_BGR2GRAY)).save(out, optimize=True)
