"""OCR of page images. Latin letters only, because the machine may have no Chinese font."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.parsers.pdf import pdf_document, scanned_image
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from kb.core.errors import FileRejected
from kb.core.settings import Settings

pytestmark = pytest.mark.slow

NOTICE = [
    "Notice of fire drill",
    "All staff leave the building by the east stairs at 10:30.",
    "3.2.1 Wardens count 24 residents at the gate.",
    "3.2.2 Nobody goes back before the bell rings twice.",
]


def picture(degrees: float = 0.0) -> Image.Image:
    image = Image.new("RGB", (1240, 800), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=34)
    for index, line in enumerate(NOTICE):
        draw.text((100, 120 + 130 * index), line, "black", font=font)
    return image.rotate(degrees, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)


def context(path: Path, **settings: object) -> ParseContext:
    return ParseContext(path.name, Settings(_env_file=None, **settings))


def read(document: ParsedDocument) -> str:
    return "\n".join(e.text for e in document.elements)


@pytest.mark.parametrize(("name", "degrees"), [("flat.png", 0.0), ("skewed.jpg", 6.0)])
def test_photo_is_straightened(tmp_path: Path, name: str, degrees: float) -> None:
    path = tmp_path / name
    picture(degrees).save(path)
    document = scanned_image.parse(path, context(path))
    text = read(document)
    assert [line for line in NOTICE if line not in text] == []
    assert text.index(NOTICE[0]) < text.index(NOTICE[1]) < text.index(NOTICE[3])
    assert document.page_count == 1


def test_boxes_are_on_the_original_image(tmp_path: Path) -> None:
    path = tmp_path / "lying.png"
    picture(90).save(path)
    document = scanned_image.parse(path, context(path))
    assert [line for line in NOTICE if line not in read(document)] == []
    coordinates = document.elements[0].metadata.coordinates
    assert (coordinates.system.width, coordinates.system.height) == (800, 1240)
    (x0, top), _, (x1, bottom), _ = coordinates.points
    assert bottom - top > x1 - x0
    assert 100 < x0 < 180
    assert bottom > 1100


def test_writing_that_shines_through_from_the_back_is_not_read(tmp_path: Path) -> None:
    back = ImageOps.mirror(picture()).point(lambda level: 218 + level * 37 // 255)
    back.save(tmp_path / "back.png")
    with pytest.raises(FileRejected, match="file_no_text"):
        scanned_image.parse(tmp_path / "back.png", context(tmp_path / "back.png"))
    both = ImageChops.darker(picture(), ImageOps.flip(ImageOps.mirror(back)))
    both.save(tmp_path / "both.png")
    text = read(scanned_image.parse(tmp_path / "both.png", context(tmp_path / "both.png")))
    assert [line for line in NOTICE if line not in text] == []
    assert len(text) < len("\n".join(NOTICE)) + 10


def test_faint_writing_is_read(tmp_path: Path) -> None:
    picture().point(lambda level: 190 + level * 65 // 255).save(tmp_path / "faint.png")
    text = read(scanned_image.parse(tmp_path / "faint.png", context(tmp_path / "faint.png")))
    assert [line for line in NOTICE if line not in text] == []


def test_tiff_of_two_pages(tmp_path: Path) -> None:
    path = tmp_path / "fax.tiff"
    picture().save(path, save_all=True, append_images=[picture()])
    document = scanned_image.parse(path, context(path))
    assert document.page_count == 2
    assert {e.metadata.page_number for e in document.elements} == {1, 2}


def test_scanned_page_of_a_pdf_is_read_and_its_digital_page_is_not(tmp_path: Path) -> None:
    path = tmp_path / "mixed.pdf"
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.drawString(60, 700, "This page is digital and long enough to be trusted as it is.")
    canvas.showPage()
    canvas.drawImage(ImageReader(picture()), 0, 400, 595, 384)
    canvas.showPage()
    canvas.save()
    document = pdf_document.parse(path, context(path))
    assert "3.2.1 Wardens count 24 residents at the gate." in read(document)
    assert document.elements[0].text.startswith("This page is digital")
    with_text = pdf_document.parse(path, context(path, ocr="never"))
    assert {e.metadata.page_number for e in with_text.elements} == {1}


def test_bad_images_are_rejected_with_one_clear_error(tmp_path: Path) -> None:
    bomb, broken, empty, blank = (tmp_path / name for name in ("bomb.png", "broken.jpg", "empty.png", "blank.png"))
    Image.new("1", (20_000, 20_000)).save(bomb)
    picture().save(broken)
    broken.write_bytes(broken.read_bytes()[:3000])
    empty.write_bytes(b"")
    Image.new("RGB", (600, 400), "white").save(blank)
    for path, code in (
        (bomb, "file_too_complex"),
        (broken, "file_broken"),
        (empty, "file_empty"),
        (blank, "file_no_text"),
    ):
        with pytest.raises(FileRejected) as caught:
            scanned_image.parse(path, context(path))
        assert caught.value.code == code


def test_notices_side_by_side_are_not_read_across(tmp_path: Path) -> None:
    image = Image.new("RGB", (1400, 560), "white")
    draw = ImageDraw.Draw(image)
    notices = (
        (90, 100, 36, ["Lift closed", "3 June from 9 am", "for two hours", "use the stairs"]),
        (820, 134, 34, ["Boat trip", "19 September", "costs 85 dollars", "for 30 members"]),
    )
    for left, top, size, notice in notices:
        for index, line in enumerate(notice):
            draw.text((left, top + 82 * index), line, "black", font=ImageFont.load_default(size=size))
    path = tmp_path / "board.png"
    image.save(path)
    words = " ".join(read(scanned_image.parse(path, context(path))).split())
    assert "Lift closed 3 June from 9 am for two hours use the stairs" in words
    assert "Boat trip 19 September costs 85 dollars for 30 members" in words


def test_a_head_that_runs_the_other_way_is_read_apart(tmp_path: Path) -> None:
    sheet = picture(90)
    draw = ImageDraw.Draw(sheet)
    draw.text((180, 24), "Harbour Club 2026/5", "black", font=ImageFont.load_default(size=40))
    path = tmp_path / "head.png"
    sheet.save(path)
    elements = [element.text for element in scanned_image.parse(path, context(path)).elements]
    assert [line for line in NOTICE if line not in "\n".join(elements)] == []
    assert "Harbour Club 2026/5" in elements
