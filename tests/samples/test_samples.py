"""The samples are what they say they are: every format, every quoted word in its document, no leak of real numbers."""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import pypdfium2
import pytest
from openpyxl import load_workbook

from tests.samples.sample_texts import attachments, pages, squeeze

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
NGOS = ["harmony", "sunrise"]
PICTURES = {".jpg", ".png", ".tiff", ".heic"}
FORMATS = PICTURES | {
    ".pdf", ".doc", ".docx", ".odt", ".rtf", ".pptx", ".xls", ".xlsx", ".csv",
    ".html", ".eml", ".msg", ".md", ".txt", ".zip",
}  # fmt: skip
FOLDERS = ["harmony/documents", "sunrise/documents", "harmony/updates"]


@cache
def files(folder: str) -> dict[str, bytes]:
    """Every document handed in by ``folder``, and the files inside mails and ZIPs, by name."""
    found = {path.name: path.read_bytes() for path in sorted((SAMPLES / folder).iterdir())}
    inner = [attachments(name, content) for name, content in found.items()]
    return found | {name: content for members in inner for name, content in members.items()}


@cache
def text(folder: str, name: str) -> list[str]:
    """Pages of a document; a picture of paper is taken from its source."""
    read: list[str] = pages(name, files(folder)[name])
    if any(page.strip() for page in read):
        return read
    return (SAMPLES / "source" / folder.split("/", maxsplit=1)[0] / f"{name}.md").read_text("utf-8").split("!pagebreak")


def questions(ngo: str, file: str = "questions.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLES / ngo / file).read_text("utf-8").splitlines()]


EVERY = [("harmony/documents", q) for q in questions("harmony")] + [
    ("sunrise/documents", q) for q in questions("sunrise")
]
EVERY += [("harmony/updates", q) for q in questions("harmony", "updates.jsonl")]


def test_every_format_is_there_and_small() -> None:
    names = [path.name for folder in FOLDERS for path in (SAMPLES / folder).iterdir()]
    assert {PurePath(name).suffix for name in names} == FORMATS
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 6 * 1024**2
    for ngo in NGOS:
        assert len(list((SAMPLES / ngo / "documents").iterdir())) >= 14


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_built_from_a_source(folder: str) -> None:
    ngo, place = folder.split("/")
    source = SAMPLES / "source" / ngo / ("updates" if place == "updates" else "")
    sources = {path.name.removesuffix(".md") for path in source.glob("*.md")}
    sources |= {path.name.removesuffix(".parts") for path in source.glob("*.zip.parts")}
    assert {path.name for path in (SAMPLES / folder).iterdir()} == sources


@pytest.mark.parametrize(("folder", "question"), EVERY, ids=[question["id"] for _, question in EVERY])
def test_evidence_stands_in_the_document(folder: str, question: dict[str, Any]) -> None:
    if not question["answerable"]:
        assert question["documents"] == []
        assert question["facts"] == []
        return
    assert question["documents"]
    assert question["facts"]
    assert "only_at" not in question
    quotes = [place["evidence"] for place in question["documents"]]
    for place in question["documents"]:
        shown = [squeeze(page) for page in text(folder, place["document"])]
        wanted = squeeze(place["evidence"].replace("|", ""))
        found = [number for number, page in enumerate(shown, 1) if wanted in squeeze(page.replace("|", ""))]
        assert found, place
        assert place["page"] is None or place["page"] in found
        assert any(spelling in place["evidence"] for fact in question["facts"] for spelling in fact), place
        assert squeeze(place["evidence"]) not in squeeze(question["question"])
    for fact in question["facts"]:
        assert any(spelling in quote for spelling in fact for quote in quotes), fact


def test_pages_are_given_where_the_format_has_them() -> None:
    for _, question in EVERY:
        for place in question["documents"]:
            paged = PurePath(place["document"]).suffix in PICTURES | {".pdf", ".pptx"}
            assert (place["page"] is not None) is paged, place


def test_ids_are_unique() -> None:
    ids = [question["id"] for _, question in EVERY]
    assert len(ids) == len(set(ids))
    assert len({(folder, q["question"], q.get("as_of"), str(q.get("history"))) for folder, q in EVERY}) == len(ids)


@pytest.mark.parametrize("ngo", NGOS)
def test_counts(ngo: str) -> None:
    asked = questions(ngo)
    languages = Counter(question["language"] for question in asked)
    assert len(asked) >= 70
    assert set(languages) == {"yue", "zh-Hant", "en"}
    assert 0.42 <= languages["yue"] / len(asked) <= 0.58
    assert abs(languages["zh-Hant"] - languages["en"]) <= 5
    silent = [question for question in asked if not question["answerable"]]
    assert 12 <= len(silent) <= 15
    assert {question["language"] for question in silent} == set(languages)
    elsewhere = [question["only_at"] for question in silent if "only_at" in question]
    assert len(elsewhere) >= 5
    assert set(elsewhere) == {other for other in NGOS if other != ngo}
    held_out = sum(question["split"] == "test" for question in asked) / len(asked)
    assert 0.2 <= held_out <= 0.3
    assert sum("history" in question for question in asked) >= 3
    assert sum("as_of" in question for question in asked) >= 3
    cited = {place["document"] for question in asked for place in question["documents"]}
    whole = {name for name in files(f"{ngo}/documents") if not name.endswith(".zip")}
    assert cited == whole, "every document answers some question"


def test_no_number_could_be_a_real_telephone_or_identity_card() -> None:
    for path in (SAMPLES / "source").rglob("*"):
        if path.suffix in (".md", ".yaml"):
            words = path.read_text("utf-8")
            assert not re.findall(r"(?<![\d,.$/-])[1-9]\d{3}[ -]?\d{4}(?![\d,])", words), path
            assert not re.findall(r"[A-Z]{1,2}\d{6}\([\dA]\)", words), path


def test_the_scans_have_no_text_layer_and_the_handbooks_are_long() -> None:
    scans = {"訪客及探訪安排_簽署本.pdf": "harmony", "行政通告2025-11_車程津貼及超時.pdf": "sunrise"}
    for name, ngo in scans.items():
        assert not "".join(pages(name, files(f"{ngo}/documents")[name])).strip()
    for name, ngo, clause in [("員工手冊.pdf", "harmony", "5.3"), ("Staff Handbook.pdf", "sunrise", "5.2")]:
        read = pages(name, files(f"{ngo}/documents")[name])
        clauses = re.findall(r"^\d\.\d+(?= )", "\n".join(read).replace("\r", ""), re.MULTILINE)
        assert 8 <= len(read) <= 12
        assert len(set(clauses)) >= 60
        assert clause in clauses


def test_a_table_runs_over_pages_with_and_without_its_header() -> None:
    fees = pages("fees.pdf", files("harmony/documents")["服務收費及減免表.pdf"])
    assert ["服務項目" in page for page in fees] == [True, False]
    limits = pages("limits.pdf", files("sunrise/documents")["財務指引.pdf"])
    assert [page.count("開支項目") for page in limits[-2:]] == [1, 1]


def test_the_odd_encodings_are_what_they_say() -> None:
    for name in ("颱風及暴雨工作安排.txt", "日間中心活動時間表.csv"):
        content = files("harmony/documents")[name]
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")
        assert content.decode("big5hkscs")
    with pytest.raises(UnicodeDecodeError):  # 喺 is in HKSCS only
        files("harmony/documents")["日間中心活動時間表.csv"].decode("big5")
    assert files("sunrise/documents")["惡劣天氣及停課安排.txt"].startswith((b"\xff\xfe", b"\xfe\xff"))


def test_word_numbers_its_clauses_itself_and_excel_hides_a_sheet() -> None:
    manual = SAMPLES / "harmony/documents/院舍照顧手冊.docx"
    with zipfile.ZipFile(manual) as archive:
        xml = archive.read("word/document.xml").decode()
        assert "2.2.3" not in xml
        assert "<w:numPr>" in xml
        assert "txbxContent" in xml
        assert "<w:footnoteReference" in xml
        assert 'w:val="%1.%2.%3"' in archive.read("word/numbering.xml").decode()
    book = load_workbook(SAMPLES / "harmony/documents/假期及津貼一覽2026.xlsx")
    assert [sheet.sheet_state for sheet in book.worksheets].count("hidden") == 1


def test_the_bilingual_pairs_have_the_same_clauses() -> None:
    pairs = {"harmony": ("投訴處理政策.pdf", "Complaint Handling Policy.pdf"),
             "sunrise": ("保護兒童政策.docx", "Child Protection Policy.docx")}  # fmt: skip
    for ngo, names in pairs.items():
        sources = [(SAMPLES / "source" / ngo / f"{name}.md").read_text("utf-8") for name in names]
        chinese, english = (re.findall(r"^\d+\.\d+(?= )", source, re.MULTILINE) for source in sources)
        assert chinese == english
        assert len(chinese) >= 15


def test_the_new_edition_has_the_name_of_the_old() -> None:
    for path in (SAMPLES / "harmony/updates").iterdir():
        old = SAMPLES / "harmony/documents" / path.name
        assert old.exists()
        assert old.read_bytes() != path.read_bytes()


def test_pdf_fonts_are_embedded_and_mapped() -> None:
    page = pypdfium2.PdfDocument(SAMPLES / "harmony/documents/員工手冊.pdf")[5]
    words = page.get_textpage().get_text_range()
    assert "\ufffd" not in words
    assert len(re.findall(r"[\u4e00-\u9fff]", words)) > 200
