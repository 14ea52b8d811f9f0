"""Web pages and mail: the content without boilerplate, the headers decoded."""

from __future__ import annotations

import struct
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.parsers.dispatch import parse_file
from ingest.parsers.mail.quoted_mail import QUOTED_MAIL
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from kb.core.errors import FileRejected
from kb.core.settings import Settings


def read(path: Path, name: str | None = None) -> ParsedDocument:
    return parse_file(path, ParseContext(name or path.name, Settings()))


def page(tmp_path: Path, body: str, encoding: str = "utf-8", head: str = "") -> ParsedDocument:
    text = f"<!DOCTYPE html><html><head>{head}<title>頁</title></head><body>{body}</body></html>"
    (tmp_path / "a.html").write_bytes(text.encode(encoding))
    return read(tmp_path / "a.html")


def texts(parsed: ParsedDocument) -> list[str]:
    return [e.text for e in parsed.elements]


def test_only_the_content_of_a_page_is_kept(tmp_path: Path) -> None:
    parsed = page(
        tmp_path,
        "<header><a href=/>Home</a><h1>假期政策</h1></header><nav><ul><li><a>關於我們</a></li></ul></nav>"
        "<div class='cookie-consent'>We use cookies</div><script>var x = 1;</script><style>p {}</style>"
        "<main><p>員工每年有十四天年假。<br>詳情見附件。</p></main><footer>版權所有</footer>",
    )
    assert texts(parsed) == ["假期政策", "員工每年有十四天年假。\n詳情見附件。"]


def test_a_page_with_only_boilerplate_class_names_keeps_its_body(tmp_path: Path) -> None:
    parsed = page(tmp_path, "<div class='menu sidebar'><p>本中心設有午膳服務，每位三十元。</p></div>")
    assert texts(parsed) == ["本中心設有午膳服務，每位三十元。"]


def test_list_numbers_are_kept_outside_the_text(tmp_path: Path) -> None:
    parsed = page(
        tmp_path,
        "<ol start=3><li>Three<ol type=a><li>First</li><li>Second</li></ol></li><li value=7>Seven</li></ol>"
        "<ol type=I><li>Roman</li></ol><ul><li>Bullet</li></ul>",
    )
    found = [(e.text, getattr(e.metadata, "clause", None), e.metadata.category_depth) for e in parsed.elements]
    assert found == [
        ("Three", "3", 0), ("First", "a.", 1), ("Second", "b.", 1), ("Seven", "7", 0), ("Roman", "I.", 0),
        ("Bullet", None, 0),
    ]  # fmt: skip


def test_questions_of_an_accordion_are_headings(tmp_path: Path) -> None:
    parsed = page(
        tmp_path,
        "<h2>常見問題</h2><div class='accordion-title'>僱員</div>"
        "<button class='accordion-btn'>Q1. 病假要醫生紙嗎？</button>"
        "<div style='display:none'><p>要。</p></div><details><summary>年假有幾多日？</summary><p>七日。</p></details>"
        "<dl><dt>可否分段放？</dt><dd><p>可以。</p></dd><dt>薪金</dt><dd>月薪。</dd></dl><button>Submit</button>",
    )
    assert [(e.category, e.text) for e in parsed.elements] == [
        ("Title", "常見問題"), ("Title", "僱員"), ("Title", "Q1. 病假要醫生紙嗎？"), ("NarrativeText", "要。"),
        ("Title", "年假有幾多日？"), ("NarrativeText", "七日。"), ("Title", "可否分段放？"),
        ("NarrativeText", "可以。"),
        ("ListItem", "薪金\n月薪。"),
    ]  # fmt: skip


def test_tables_with_spans_and_layout_tables(tmp_path: Path) -> None:
    parsed = page(
        tmp_path,
        "<table><tr><td colspan=2><table><caption>表一</caption><tr><th>級</th><th>日</th></tr><tr><td rowspan=2>甲"
        "</td><td>1</td></tr><tr><td>2</td></tr></table></td></tr></table>",
    )
    assert texts(parsed) == ["表一", "級\t日\n甲\t1\n甲\t2"]
    assert parsed.elements[1].metadata.table_header_rows == 1


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("big5", '<meta http-equiv="Content-Type" content="text/html; charset=big5">'),
        ("big5", ""),
        ("gbk", '<meta charset="gb2312">'),
        ("utf-8", '<meta charset="iso-8859-1">'),
    ],
)
def test_the_encoding_is_declared_or_found(tmp_path: Path, encoding: str, head: str) -> None:
    sentence = "员工每年享有十四天的假期。" if encoding == "gbk" else "員工每年享有十四天的假期。"
    assert texts(page(tmp_path, f"<p>{sentence}</p>", encoding, head)) == [sentence]


def mail() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "颱風安排"
    message["From"] = "陳主任 <chan@example.org>"
    message["To"] = "all@example.org"
    message["Date"] = "Mon, 01 Apr 2024 09:30:00 +0800"
    message.set_content("各位同事：\n\n八號風球下毋須上班。\n\n> 舊郵件內容\n")
    return message


def test_mail_has_subject_headers_body_date_and_attachments(tmp_path: Path) -> None:
    message = mail()
    message.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="../名單.csv")
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("inside")
    message.add_attachment(inner)
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    parsed = read(tmp_path / "a.eml")
    assert (parsed.title, str(parsed.date)) == ("颱風安排", "2024-04-01")
    assert parsed.elements[0].category == "Title"
    assert parsed.elements[1].text.split("\n")[0] == "From: 陳主任 <chan@example.org>"
    assert texts(parsed)[2:] == [
        "各位同事：",
        "八號風球下毋須上班。",
        QUOTED_MAIL,
        "舊郵件內容",
    ]
    assert [a.filename for a in parsed.attachments] == ["名單.csv", "inner.eml"]
    assert parsed.attachments[0].path.read_bytes() == b"a,b\n1,2\n"
    assert parsed.attachments[0].path.name == "名單.csv"


def test_a_table_in_html_beats_the_plain_text(tmp_path: Path) -> None:
    message = mail()
    message.add_alternative(
        "<table><tr><th>班</th><th>人</th></tr><tr><td>早</td><td>3</td></tr></table>", subtype="html"
    )
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    assert read(tmp_path / "a.eml").elements[-1].text == "班\t人\n早\t3"


def test_raw_big5_headers_and_body(tmp_path: Path) -> None:
    head = "From: a@example.org\r\nTo: b@example.org\r\nMIME-Version: 1.0\r\nSubject: 員工通告第三號\r\n"
    body = "Content-Type: text/plain; charset=big5\r\n\r\n本中心將於下周一關閉。\r\n"
    (tmp_path / "a.eml").write_bytes((head + body).encode("big5"))
    parsed = read(tmp_path / "a.eml")
    assert parsed.title == "員工通告第三號"
    assert texts(parsed)[-1] == "本中心將於下周一關閉。"


@pytest.mark.parametrize(
    "kind", ["multipart/encrypted; boundary=x", "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"]
)
def test_encrypted_mail_is_rejected(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.eml").write_text(f"From: a@b.c\nMIME-Version: 1.0\nContent-Type: {kind}\n\nMIIB\n", encoding="ascii")
    with pytest.raises(FileRejected) as caught:
        read(tmp_path / "a.eml")
    assert caught.value.code == "file_encrypted"


def test_a_web_archive_is_read_as_the_page_it_holds(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"] = "<Saved by a browser>"
    message["Subject"] = "page"
    message.set_content(
        "<html><head><title>服務</title></head><body><h1>服務</h1><p>內容</p></body></html>", subtype="html"
    )
    message.make_related()
    (tmp_path / "a.mhtml").write_bytes(message.as_bytes())
    assert texts(read(tmp_path / "a.mhtml")) == ["服務", "內容"]


def test_lines_broken_by_hand_at_one_width_are_a_paragraph_and_an_address_is_not(tmp_path: Path) -> None:
    lines = [
        "本會會員如欲借用會堂舉行聚會，須於兩",
        "星期前填妥表格並交回辦事處，逾期申請",
        "恕不受理。借用人須於聚會後即日清理場",
        "地，並把鎖匙交還當值職員。",
    ]
    wrapped = "<br>\n".join(lines)
    parsed = page(tmp_path, f"<p>{wrapped}</p><p>善心會<br>和平街八號<br>和平大廈二樓<br>電話待定</p>")
    assert texts(parsed) == [
        "本會會員如欲借用會堂舉行聚會，須於兩星期前填妥表格並交回辦事處，逾期申請恕不受理。"
        "借用人須於聚會後即日清理場地，並把鎖匙交還當值職員。",
        "善心會\n和平街八號\n和平大廈二樓\n電話待定",
    ]


def test_the_notice_of_a_frameset_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<html><frameset><frame src=a.htm><noframes><body>No frames here.</body></noframes></frameset></html>",
        encoding="utf-8",
    )
    with pytest.raises(FileRejected, match="file_empty"):
        read(tmp_path / "a.html")


def winmail(body: bytes, attachments: dict[bytes, bytes]) -> bytes:
    """Return a TNEF stream ([MS-OXTNEF]) in code page 950 with a plain body and attachments."""

    def attribute(level: int, key: int, data: bytes) -> bytes:
        return bytes([level]) + struct.pack("<II", key, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    stream = struct.pack("<IH", 0x223E9F78, 1)
    stream += attribute(1, 0x00069007, struct.pack("<II", 950, 0))
    stream += attribute(1, 0x0002800C, body + b"\0")
    for name, data in attachments.items():
        stream += attribute(2, 0x00069002, b"\x01\0" + b"\xff" * 4 + b"\0" * 8)
        stream += attribute(2, 0x00018010, name + b"\0")
        stream += attribute(2, 0x0006800F, data)
    return stream


def test_body_and_attachments_of_an_outlook_envelope_are_read(tmp_path: Path) -> None:
    envelope = winmail(
        "各位：泳班改在星期五。".encode("big5"), {"泳班.txt".encode("big5"): "泳班名額三十六個。".encode()}
    )
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "swimming", "a@example.org", "b@example.org"
    mail.set_content("\n")
    mail.add_attachment(envelope, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    (tmp_path / "a.eml").write_bytes(mail.as_bytes())
    (tmp_path / "winmail.dat").write_bytes(envelope)
    for name in ("a.eml", "winmail.dat"):
        parsed = read(tmp_path / name)
        assert texts(parsed)[-1] == "各位：泳班改在星期五。"
        assert [(one.filename, one.path.read_text("utf-8")) for one in parsed.attachments] == [
            ("泳班.txt", "泳班名額三十六個。")
        ]
    (tmp_path / "winmail.dat").write_bytes(envelope[:9])
    with pytest.raises(FileRejected, match=r"file_(broken|empty)"):
        read(tmp_path / "winmail.dat")


def test_sheets_of_excel_2003_keep_rows_columns_and_merged_cells(tmp_path: Path) -> None:
    namespace = "urn:schemas-microsoft-com:office:spreadsheet"

    def cell(text: str, more: str = "") -> str:
        return f'<Cell {more}><Data ss:Type="String">{text}</Data></Cell>'

    rows = [
        cell("組別") + cell("星期") + cell("人數"),
        cell("書法", 'ss:MergeDown="1"') + cell("一") + cell("12"),
        cell("三", 'ss:Index="2"') + cell("15"),
        cell("合唱") + cell("20", 'ss:Index="3"'),
    ]
    table = "".join(f"<Row>{row}</Row>" for row in rows)
    (tmp_path / "a.xml").write_text(
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{namespace}" '
        f'xmlns:ss="{namespace}"><Worksheet ss:Name="興趣班"><Table>{table}</Table></Worksheet></Workbook>',
        encoding="utf-8",
    )
    assert texts(read(tmp_path / "a.xml")) == [
        "興趣班", "組別\t星期\t人數\n書法\t一\t12\n書法\t三\t15\n合唱\t\t20",
    ]  # fmt: skip
