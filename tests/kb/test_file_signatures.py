"""Files known by their first bytes, made by the programs that write such files."""

import io
import zipfile

import pytest
from PIL import Image
from pillow_heif import from_pillow

from kb.core.file_signatures import Signature, image_type, signature_of


def picture(form: str) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (40, 20), "white")
    from_pillow(image).save(out) if form == "HEIC" else image.save(out, form)
    return out.getvalue()


def archive(name: str | None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        if name:
            made.writestr(name, b"%PDF-1.7\n")
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "HEIC", "BMP", "WEBP", "GIF"])
def test_images(form: str) -> None:
    assert signature_of(picture(form)) is Signature.IMAGE
    assert image_type(picture(form)) == f"image/{form.lower()}"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"%PDF-1.7\n", Signature.PDF),
        (b"\r\n" * 20 + b"%PDF-1.4\n", Signature.PDF),
        (archive("a.pdf"), Signature.ZIP),
        (archive(None), Signature.ZIP),
        (b"\n{\\rtf1\\ansi}", Signature.RTF),
        (b"{\\RTF1\\ansi}", Signature.RTF),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), Signature.OLE),
    ],
)
def test_documents_and_containers(head: bytes, found: Signature) -> None:
    assert signature_of(head) is found
    assert image_type(head) is None


@pytest.mark.parametrize(
    "head",
    [
        b"",
        "員工手冊".encode(),
        b"PK Ltd. supplies the meals.",
        b"BMI of members is taken monthly.",
        b"GIFT policy of the centre",
        b"<html>",
        b"ID3\x03" + bytes(40),
    ],
)
def test_text_and_other_formats_have_none(head: bytes) -> None:
    assert signature_of(head) is None
    assert image_type(head) is None
