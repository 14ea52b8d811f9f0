"""PDFs written here and parsed: the elements are what a reader sees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from unstructured.documents.elements import Element, Table, Title

from ingest.parsers.pdf import pdf_document
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.structure.document_title import choose_title
from kb.core.errors import FileRejected
from kb.core.settings import Settings
from kb.language.script import fold

WIDTH, HEIGHT = A4
MONTHS = ["", "January", "February", "March", "April", "May"]
pdfmetrics.registerFont(UnicodeCIDFont("MSung-Light"))


def write(path: Path, *pages: Callable[[Canvas], None], **options: object) -> Path:
    canvas = Canvas(str(path), pagesize=A4, **options)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return path


def lines(canvas: Canvas, x: float, y: float, texts: list[str], font: str = "Helvetica", size: float = 11) -> float:
    for text in texts:
        canvas.setFont(font, size)
        canvas.drawString(x, y, text)
        y -= 1.3 * size
    return y


def parse(path: Path, **settings: object) -> ParsedDocument:
    return pdf_document.parse(path, ParseContext(path.name, Settings(_env_file=None, **settings)))


def texts(document: ParsedDocument, page: int | None = None) -> list[str]:
    return [e.text for e in document.elements if page in (None, e.metadata.page_number)]


def marked(document: ParsedDocument, mark: str) -> list[Element]:
    return [e for e in document.elements if getattr(e.metadata, mark, None)]


def manual_page(number: int) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, HEIGHT - 40, ["STAFF MANUAL"], size=9)
        lines(canvas, 500, HEIGHT - 40, [str(number)], size=9)
        y = lines(canvas, 60, HEIGHT - 110, [f"{number}.1 Leave"], "Helvetica-Bold", 12) - 12
        canvas.setFont("Helvetica", 11)
        canvas.drawString(60, y, f"{number}.1.1")
        y = lines(
            canvas,
            100,
            y,
            [
                "Staff shall apply for annual leave in writing, as set out in paragraph",
                f"{number}.1.9 below, and the supervisor shall answer the application within reason-",
                "able time.",
            ],
        )
        y -= 8
        canvas.drawString(100, y, "(a)")
        y = lines(canvas, 124, y, ["leave of more than ten days is approved by the head of the service unit"])
        y = lines(canvas, 124, y, ["and recorded in the register;"])
        canvas.drawString(100, y - 8, "(b)")
        lines(canvas, 124, y - 8, ["sick leave needs a medical certificate."])
        lines(canvas, 60, 70, [f"1 The register of {MONTHS[number]} is kept by the human resources section."], size=7)

    return draw


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> ParsedDocument:
    path = tmp_path_factory.mktemp("pdf") / "manual.pdf"
    return parse(write(path, *(manual_page(number) for number in range(1, 6))))


def test_running_heads_and_page_numbers_are_removed_and_clauses_at_page_tops_stay(manual: ParsedDocument) -> None:
    assert not any("STAFF MANUAL" in text for text in texts(manual))
    assert not any(text.strip().isdigit() for text in texts(manual))
    assert [text for text in texts(manual) if text.endswith("Leave")] == [f"{n}.1 Leave" for n in range(1, 6)]


def test_wrapped_clause_is_one_element_even_when_a_line_begins_with_a_number(manual: ParsedDocument) -> None:
    assert texts(manual, 2)[1] == (
        "2.1.1 Staff shall apply for annual leave in writing, as set out in paragraph 2.1.9 below, "
        "and the supervisor shall answer the application within reasonable time."
    )
    assert texts(manual, 2)[2:4] == [
        "(a) leave of more than ten days is approved by the head of the service unit and recorded in the register;",
        "(b) sick leave needs a medical certificate.",
    ]


def test_headings_carry_depth_and_footnotes_their_mark(manual: ParsedDocument) -> None:
    titles = [e for e in manual.elements if isinstance(e, Title)]
    assert {e.metadata.category_depth for e in titles} == {1}
    assert len(titles) == 5
    assert [e.text[:14] for e in marked(manual, "footnote")] == ["1 The register"] * 5


def test_boxes_are_where_the_text_was_drawn(manual: ParsedDocument) -> None:
    coordinates = manual.elements[0].metadata.coordinates
    assert coordinates is not None
    assert coordinates.points is not None
    assert coordinates.system is not None
    (x0, top), _, (x1, bottom), _ = coordinates.points
    assert coordinates.system.height == pytest.approx(HEIGHT, abs=1)
    assert 58 < x0 < 62
    assert 110 < x1 < 120
    assert top < 110 < bottom + 2


def test_chinese_spaces_of_the_text_layer_are_removed_and_latin_ones_stay(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(
            canvas,
            60,
            700,
            ["機 構 須 確 保 員 工 在 24 個 月 內 完 成 培 訓 ， 並 向", "主 任 提 交 first aid 證 書 。"],
            "MSung-Light",
            12,
        )

    document = parse(write(tmp_path / "zh.pdf", page))
    assert "".join(texts(document)) == "機構須確保員工在 24 個月內完成培訓，並向主任提交 first aid 證書。"


def test_chinese_chapter_and_clauses(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 60, 760, ["第三章 假期"], "MSung-Light", 18)
        y = lines(
            canvas,
            60,
            720,
            ["（一）員工每年可享有年假，須於放假前兩星期向主任申請，主任須於三個工作天內", "回覆。"],
            "MSung-Light",
            12,
        )
        lines(canvas, 60, y, ["（二）病假須附醫生證明書。"], "MSung-Light", 12)

    document = parse(write(tmp_path / "zh.pdf", page))
    assert texts(document) == [
        "第三章 假期",
        "（一）員工每年可享有年假，須於放假前兩星期向主任申請，主任須於三個工作天內回覆。",
        "（二）病假須附醫生證明書。",
    ]
    assert choose_title(document.title, document.large_lines, document.elements, "zh.pdf") == "第三章 假期"
    assert document.elements[0].metadata.category_depth == 0


def test_the_foot_of_a_short_document_is_not_in_its_sentences(tmp_path: Path) -> None:
    def page(texts: list[str]) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            y = lines(canvas, 60, 140, texts)
            assert y > 60
            lines(canvas, 60, 40, ["For internal circulation"], size=8)

        return draw

    path = write(
        tmp_path / "a.pdf", page(["1.1 Residents who go out must be back by nine, and residents who visit"]),
        page(["their families must ring the warden before five. ", "1.2 Visitors sign the book."]),
    )  # fmt: skip
    assert not any("internal circulation" in text for text in texts(parse(path)))


def test_figures_of_a_table_at_the_top_of_a_page_stay(tmp_path: Path) -> None:
    def page(number: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            first = HEIGHT - 60
            for x, text in ((60, f"Place {number}"), (200, "62"), (300, "62"), (400, str(number))):
                lines(canvas, x, first, [text])
            lines(canvas, 60, first - 40, ["Fares are paid in cash.", f"Keep the receipt of line {number}."])

        return draw

    found = "\n".join(texts(parse(write(tmp_path / "a.pdf", page(1), page(2), page(3)))))
    assert found.count("62") == 6


@pytest.mark.parametrize(("ocr", "notes"), [("never", ["page_without_ocr:2"]), ("auto", [])])
def test_a_page_that_is_left_out_without_ocr_is_noted(tmp_path: Path, ocr: str, notes: list[str]) -> None:
    image = Image.new("RGB", (1200, 500), "white")
    ImageDraw.Draw(image).text((60, 200), "MEMBERSHIP FEE 40", fill="black", font_size=90)
    image.save(tmp_path / "scan.png")
    path = write(
        tmp_path / "a.pdf",
        lambda canvas: lines(canvas, 60, 700, ["Membership lasts one year and is renewed at the office in person."]),
        lambda canvas: canvas.drawImage(str(tmp_path / "scan.png"), 40, 200, 520, 400),
    )
    assert parse(path, ocr=ocr).notes == notes


def test_a_scan_without_ocr_is_refused_with_the_reason(tmp_path: Path) -> None:
    Image.new("RGB", (900, 500), "white").save(tmp_path / "scan.png")
    path = write(tmp_path / "a.pdf", lambda canvas: canvas.drawImage(str(tmp_path / "scan.png"), 40, 200, 520, 400))
    with pytest.raises(FileRejected) as caught:
        parse(path, ocr="never")
    assert caught.value.code == "file_no_text"
    assert all("OCR" in caught.value.message(locale) for locale in ("zh-HK", "en"))


def test_a_footnotes_mark_does_not_join_the_figure_before_it(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 60, 700, ["Maternity leave lasts 14"])
        lines(canvas, 60 + canvas.stringWidth("Maternity leave lasts 14", "Helvetica", 11), 704, ["1"], size=6)
        rest = 60 + canvas.stringWidth("Maternity leave lasts 14", "Helvetica", 11) + 4
        lines(canvas, rest, 700, [" weeks for all staff."])
        lines(canvas, 60, 670, ["The hall measures 120 m"])
        lines(canvas, 60 + canvas.stringWidth("The hall measures 120 m", "Helvetica", 11), 674, ["2"], size=6)

    found = " ".join(texts(parse(write(tmp_path / "a.pdf", page))))
    assert "14¹ weeks" in found
    assert "120 m²" in found
    assert "14  weeks" in fold(found)
    assert "m2" in fold(found)


def test_two_columns_are_read_one_after_the_other_below_a_heading_across(tmp_path: Path) -> None:
    left = [f"left line {n} of the first column has words enough" for n in range(12)]
    right = [f"right line {n} of the second column has words too" for n in range(12)]

    def page(canvas: Canvas) -> None:
        lines(canvas, 60, 780, ["A newsletter heading that runs across both of the columns"], "Helvetica-Bold", 16)
        lines(canvas, 50, 740, left, size=9)
        lines(canvas, 310, 734, right, size=9)

    flat = " ".join(texts(parse(write(tmp_path / "columns.pdf", page))))
    assert flat.startswith("A newsletter heading")
    assert flat.index(left[-1]) < flat.index(right[0])
    assert all(line in flat for line in left + right)


def test_two_columns_of_short_clauses_with_head_and_foot_on_one_page(tmp_path: Path) -> None:
    clause = ["個案檔案須存放於上鎖的文件櫃內，只限獲授權", "的員工查閱。"]
    left = [f"{part}.{n}" for part in (1, 2, 3) for n in (1, 2, 3, 4)]
    right = ["4.1", "4.2", "4.3", "5.1", "5.2"]

    def column(canvas: Canvas, x: float, y: float, labels: list[str]) -> None:
        for label in labels:
            if label.endswith(".1"):
                lines(canvas, x, y, [label[0]], "MSung-Light", 13)
                y = lines(canvas, x + 21, y, [f"第{label[0]}部分的標題"], "MSung-Light", 13) - 6
            lines(canvas, x, y, [label], "MSung-Light", 9)
            y = lines(canvas, x + 28, y, clause, "MSung-Light", 9) - 4

    def page(canvas: Canvas) -> None:
        lines(canvas, 62, HEIGHT - 42, ["中心守則"], "MSung-Light", 7)
        lines(canvas, 62, 34, ["POL-05"], size=7)
        lines(canvas, 529, 34, ["1"], size=7)
        lines(canvas, 210, 760, ["資料保護守則"], "MSung-Light", 17)
        column(canvas, 62, 720, left)
        column(canvas, 308, 716, right)

    read = texts(parse(write(tmp_path / "clauses.pdf", page)))
    assert [text.split()[0] for text in read[1:]] == [
        part for n in "12345" for part in (n, *(label for label in left + right if label.startswith(f"{n}.")))
    ]
    assert [text for text in read if text.startswith("5.2")] == [f"5.2 {''.join(clause)}"]
    assert not any("POL-05" in text or text == "中心守則" for text in read)


def test_table_with_wrapped_cells_on_both_sides_is_no_pair_of_columns(tmp_path: Path) -> None:
    left = ["Purchases of more than $5,000 and", "not more than $20,000, other than", "those of food"]
    right = ["Two quotations are asked for by phone and", "written down in the register by the clerk", "of the unit."]

    def page(canvas: Canvas) -> None:
        for n in range(6):
            lines(canvas, 60, 720 - 60 * n, left)
            lines(canvas, 300, 720 - 60 * n, right)

    (table,) = [e for e in parse(write(tmp_path / "t.pdf", page)).elements if isinstance(e, Table)]
    assert table.metadata.table_rows == [[" ".join(left), " ".join(right)]] * 6


def test_columns_with_level_paragraphs_are_read_one_after_the_other(tmp_path: Path) -> None:
    sides = {
        50: ["left words that fill a whole line of the first column"] * 30,
        310: ["right words that fill a whole line of the second one"] * 30,
    }

    def page(canvas: Canvas) -> None:
        for x, column in sides.items():
            y = 760.0
            for size in (7, 11, 12) if x == 50 else (10, 9, 11):
                y = lines(canvas, x, y, column[:size], size=9) - 8

    read = texts(parse(write(tmp_path / "columns.pdf", page)))
    assert [text.split()[0] for text in read] == ["left"] * 3 + ["right"] * 3


def test_note_in_the_margin_of_two_columns_of_cells(tmp_path: Path) -> None:
    left = ["(1) the agency hands in", "a study of the site and", "the work that it needs."]
    right = ["The study says what the", "work costs and how long", "it is going to take."]

    def page(canvas: Canvas) -> None:
        for n in range(6):
            lines(canvas, 110, 720 - 70 * n, left, size=12)
            lines(canvas, 320, 720 - 70 * n, right, size=12)
        lines(canvas, 50, 650, ["Revised", "2022/01"], size=10)

    document = parse(write(tmp_path / "note.pdf", page))
    (table,) = [e for e in document.elements if isinstance(e, Table)]
    assert table.metadata.table_rows == [[" ".join(left), " ".join(right)]] * 6
    assert "Revised 2022/01" in texts(document)


def test_list_labels_and_annex_labels_at_page_tops_stay(tmp_path: Path) -> None:
    def clause(number: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            lines(canvas, 60, HEIGHT - 40, ["STAFF MANUAL"], size=9)
            lines(canvas, 124, HEIGHT - 80, [f"leave for the {MONTHS[number]} outing is asked for in writing;"])
            lines(canvas, 100, HEIGHT - 80, ["(b)"])

        return draw

    def annex(label: str) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            lines(canvas, 60, HEIGHT - 40, ["STAFF MANUAL"], size=9)
            lines(canvas, 470, HEIGHT - 60, [label], size=8)
            lines(canvas, 60, 700, ["The form is filled in by the applicant and sent to the office of the centre."] * 3)

        return draw

    annexes = ["Annex 2.1 (P. 1)", "Annex 2.1 (P. 2)", "Annex 2.2", "Appendix 1 to Annex 2.3"]
    document = parse(write(tmp_path / "m.pdf", *map(clause, range(1, 6)), *map(annex, annexes)))
    for number in range(1, 6):
        assert texts(document, number) == [f"(b) leave for the {MONTHS[number]} outing is asked for in writing;"]
    assert [(e.text, e.metadata.category_depth) for e in document.elements if isinstance(e, Title)] == [
        ("Annex 2.1 (P. 1)", 0),
        ("Annex 2.2", 0),
        ("Appendix 1 to Annex 2.3", 0),
    ]


def ruled(canvas: Canvas, top: float, rows: list[list[str]], widths: tuple[int, ...] = (120, 120, 160)) -> None:
    x, height = 60.0, 24.0
    edges = [x + sum(widths[:i]) for i in range(len(widths) + 1)]
    canvas.grid(edges, [top - height * i for i in range(len(rows) + 1)])
    for r, row in enumerate(rows):
        canvas.setFont("Helvetica-Bold" if row[0] == "Grade" else "Helvetica", 10)
        for c, cell in enumerate(row):
            canvas.drawString(edges[c] + 4, top - height * r - 16, cell)


def test_ruled_table_over_two_pages(tmp_path: Path) -> None:
    head = ["Grade", "Days", "Remarks"]

    def one(canvas: Canvas) -> None:
        lines(canvas, 60, 780, ["Annual leave depends on the grade."])
        ruled(canvas, 700, [head, ["Officer", "14", ""], ["Worker", "12", "after one year"]])

    def two(canvas: Canvas) -> None:
        ruled(canvas, 780, [head, ["Clerk", "10", "after probation"]])
        lines(canvas, 60, 600, ["Leave not taken lapses."])

    document = parse(write(tmp_path / "table.pdf", one, two))
    first, second = (e.metadata for e in document.elements if isinstance(e, Table))
    assert first.table_rows == [head, ["Officer", "14", ""], ["Worker", "12", "after one year"]]
    assert first.table_header_rows == 1
    assert first.text_as_html is not None
    assert "<th>Grade</th>" in first.text_as_html
    assert second.continued is True
    assert second.table_rows == [["Clerk", "10", "after probation"]]
    assert "".join(texts(document)).count("Officer") == 1
    assert texts(document)[-1] == "Leave not taken lapses."


def test_unruled_table_keeps_its_rows(tmp_path: Path) -> None:
    rows = [
        ("Amount", "Quotations needed"),
        ("Not exceeding $5,000", "None"),
        ("Up to $20,000", "Two, verbal"),
        ("Up to $50,000", "Two, in writing"),
    ]

    def page(canvas: Canvas) -> None:
        lines(
            canvas,
            60,
            760,
            ["The ceilings for quotations of all service units are as follows and bind all members of staff:"],
        )
        for index, (amount, needed) in enumerate(rows):
            font = "Helvetica-Bold" if index == 0 else "Helvetica"
            lines(canvas, 80, 720 - 26 * index, [amount], font)
            lines(canvas, 280, 720 - 26 * index, [needed], font)

    (table,) = [e for e in parse(write(tmp_path / "t.pdf", page)).elements if isinstance(e, Table)]
    assert table.metadata.table_rows == [list(row) for row in rows]
    assert table.metadata.table_header_rows == 1


def test_a_box_around_prose_is_no_table(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.rect(50, 600, 450, 140)
        lines(canvas, 60, 720, ["Remember to sign the attendance book every day before you", "leave the centre."])

    (element,) = parse(write(tmp_path / "box.pdf", page)).elements
    assert not isinstance(element, Table)
    assert element.text == "Remember to sign the attendance book every day before you leave the centre."


def test_table_of_contents_is_marked_and_no_heading(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 240, 780, ["Contents"], "Helvetica-Bold", 16)
        lines(canvas, 60, 740, [f"{n}.1 Section {'.' * 60} {n + 3}" for n in range(1, 8)])

    document = parse(write(tmp_path / "toc.pdf", page))
    entries = [e for e in document.elements if "Section" in e.text]
    assert len(entries) == 7
    assert all(e.metadata.toc and not isinstance(e, Title) for e in entries)


def test_landscape_text_on_a_portrait_page(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.rotate(90)
        lines(canvas, 100, -200, ["Duty roster of the centre, first line of the page,", "second line of the page."])

    (element,) = parse(write(tmp_path / "turned.pdf", page)).elements
    assert element.text == "Duty roster of the centre, first line of the page, second line of the page."
    points = element.metadata.coordinates.points  # type: ignore[union-attr]
    assert points is not None
    assert points[2][1] - points[0][1] > points[2][0] - points[0][0]  # higher than wide: the text runs upwards


def test_paragraph_over_a_page_break_is_marked(tmp_path: Path) -> None:
    long = "The home serves three meals a day and keeps a record of what each of the residents"

    def one(canvas: Canvas) -> None:
        lines(
            canvas,
            60,
            200,
            [long, "eats, which the nurse in charge reads every week and compares with the weight of the"],
        )

    def two(canvas: Canvas) -> None:
        lines(canvas, 60, 700, ["residents before the doctor visits. The record is kept for two years."])

    document = parse(write(tmp_path / "break.pdf", one, two))
    assert [bool(getattr(e.metadata, "continued", None)) for e in document.elements] == [False, True]


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "file_empty"), (b"%PDF-1.7 and then nothing of use", "file_broken")]
)
def test_empty_and_broken_files(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(content)
    with pytest.raises(FileRejected) as caught:
        parse(path)
    assert caught.value.code == code


def test_encrypted_blank_and_too_long_files(tmp_path: Path) -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    locked = write(tmp_path / "locked.pdf", lambda c: c.drawString(60, 700, "secret"), encrypt=StandardEncryption("pw"))
    blank = write(tmp_path / "blank.pdf", lambda c: None)
    long = write(tmp_path / "long.pdf", *[lambda c: c.drawString(60, 700, "page")] * 4)
    for path, code, settings in (
        (locked, "file_encrypted", {}),
        (blank, "file_no_text", {}),
        (long, "file_too_many_pages", {"max_pages": 3}),
    ):
        with pytest.raises(FileRejected) as caught:
            parse(path, **settings)
        assert caught.value.code == code


def test_progress_counts_every_page(tmp_path: Path) -> None:
    path = write(tmp_path / "p.pdf", *[lambda c: c.drawString(60, 700, "A page of text.")] * 3)
    seen: list[tuple[int, int | None]] = []
    pdf_document.parse(
        path, ParseContext(path.name, Settings(_env_file=None), lambda done, total: seen.append((done, total)))
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_values_of_form_fields_are_text(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 60, 700, ["Name of the applicant:"])
        canvas.acroForm.textfield(name="applicant", value="Chan Siu Ming", x=220, y=694, width=200, height=18)
        lines(canvas, 60, 660, ["The centre answers within three working days."])

    assert texts(parse(write(tmp_path / "form.pdf", page))) == [
        "Name of the applicant: Chan Siu Ming",
        "The centre answers within three working days.",
    ]


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("D:20240305101500+08'00'", date(2024, 3, 5)),
        ("D:20000101000000+00'00'", None),  # from a program that always writes this date
        ("D:20000101093000+08'00'", date(2000, 1, 1)),
        ("D:19700101000000Z", None),  # a clock that was never set
        ("", None),
    ],
)
def test_the_date_of_an_unset_clock_is_none(stated: str, found: date | None) -> None:
    assert pdf_document._date({"CreationDate": stated}) == found
