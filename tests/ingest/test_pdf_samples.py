"""Every character in the text layers of the sample PDFs is in the elements, except running heads and feet."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pypdfium2
import pytest
from unstructured.documents.elements import Element, Table

from ingest.parsers.pdf import pdf_document
from ingest.parsers.shared.parsed_document import ParseContext
from kb.core.settings import Settings

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
PDFS = [
    path
    for path in sorted(SAMPLES.glob("*/documents/*.pdf"))
    if pypdfium2.PdfDocument(path)[0].get_textpage().count_chars()
]


def characters(text: str) -> Counter[str]:
    """Count the characters without white space and hyphens, which differ at line ends."""
    return Counter(re.sub(r"[\s\-\x02\u00ad\ufffe]+", "", unicodedata.normalize("NFKC", text)))


def running(path: Path) -> Counter[str]:
    """Return the characters of head and foot, as the source of the sample states them."""
    source = SAMPLES / "source" / path.parts[-3] / f"{path.name}.md"
    return characters("".join(re.findall(r"^(?:head|foot): (.*)$", source.read_text("utf-8"), re.M)))


def repeated_heads(elements: list[Element], page: int) -> Counter[str]:
    """Return the characters of table headers that a page repeats for a table from an earlier page."""
    heads: list[list[str]] = []
    found: Counter[str] = Counter()
    for element in elements:
        if not isinstance(element, Table) or element.metadata.page_number > page:
            continue
        if element.metadata.page_number == page and getattr(element.metadata, "continued", None):
            found += characters("".join("".join(row) for row in heads))
        else:
            heads = element.metadata.table_rows[: element.metadata.table_header_rows]
    return found


@pytest.mark.parametrize("path", PDFS, ids=lambda path: path.name)
def test_no_text_is_lost(path: Path) -> None:
    elements = pdf_document.parse(path, ParseContext(path.name, Settings(_env_file=None))).elements
    for number, page in enumerate(pypdfium2.PdfDocument(path), 1):
        layer = characters(page.get_textpage().get_text_range())
        read = characters("".join(e.text for e in elements if e.metadata.page_number == number))
        allowed = running(path) + characters(str(number)) + repeated_heads(elements, number)
        assert not layer - read - allowed, f"lost on page {number}"


def test_there_are_samples() -> None:
    assert len(PDFS) >= 8
