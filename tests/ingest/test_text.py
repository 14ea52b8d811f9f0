"""Plain text: encodings, wrapped lines, headings by number, CSV and Markdown."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsers.dispatch import parse_file
from ingest.parsers.shared.encoding import guess_encoding
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from kb.core.errors import FileRejected
from kb.core.settings import Settings

CHINESE = "員工放取病假須於當日上午九時前通知主管，並於三日內遞交醫生證明書。如未能提供，作無薪假論。"
SIMPLIFIED = "员工请病假须于当日上午九时前通知主管，并于三日内递交医生证明书。如未能提供，作无薪假论。"
CANTONESE = "佢哋話放假要問過阿姐先，唔係嘅話冇糧出㗎。"


def read(path: Path) -> ParsedDocument:
    return parse_file(path, ParseContext(path.name, Settings()))


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "utf-8"), (CHINESE, "utf-8-sig"), (CHINESE, "utf-16"), (CHINESE, "utf-16-le"), (CHINESE, "utf-16-be"),
        (CHINESE, "utf-32"), (CHINESE, "big5"), (CANTONESE, "big5hkscs"), (SIMPLIFIED, "gb18030"), (SIMPLIFIED, "gbk"),
        (CHINESE, "gb18030"), ("病假", "big5"), ("年假十四天", "big5"), ("病假需要医生证明", "gb18030"),
        ("Staff leave: see the café’s notice – £5", "cp1252"), ("Für Änderungen: schöne Grüße", "cp1252"),
        ("Plain words in a plain file", "utf-16-le"), ("Plain words in a plain file", "utf-32-be"),
        ("Café " * 9, "utf-8"),
    ],
)  # fmt: skip
def test_text_is_read_whatever_its_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    elements = read(write(tmp_path / "a.txt", text, encoding)).elements
    assert " ".join(e.text for e in elements) == text.strip()


def test_one_bad_byte_does_not_change_the_script() -> None:
    data = (CHINESE * 20).encode()
    assert guess_encoding(data[:301] + b"\xff" + data[301:]) == "utf-8"


def test_a_declared_encoding_that_does_not_decode_is_not_used() -> None:
    assert guess_encoding(CHINESE.encode("big5"), "gb2312") == "big5hkscs"
    assert guess_encoding(SIMPLIFIED.encode("gbk"), "big5") == "gb18030"


def test_wrapped_lines_are_joined_as_each_script_requires(tmp_path: Path) -> None:
    text = (
        "Staff who wish to take annual leave shall apply to the\n"
        "supervisor in writing at least seven days before the be-\n"
        "ginning of the leave. The supervisor answers within two\n"
        "working days.\n\n"
        "員工如欲申請年假，須於放假前最少七天以書面方式向直屬主\n"
        "管提出申請。主管須於兩個工作天內回覆。\n"
    )
    assert [e.text for e in read(write(tmp_path / "a.txt", text)).elements] == [
        "Staff who wish to take annual leave shall apply to the supervisor in writing at least seven days before the "
        "beginning of the leave. The supervisor answers within two working days.",
        "員工如欲申請年假，須於放假前最少七天以書面方式向直屬主管提出申請。主管須於兩個工作天內回覆。",
    ]


def test_no_space_comes_between_a_unit_and_the_chinese_of_the_next_line(tmp_path: Path) -> None:
    text = "中心設活動室一間，面積不得少於五十㎡\n的標準，每名學員佔兩㎡，地面須防滑。\n"
    assert [e.text for e in read(write(tmp_path / "a.txt", text)).elements] == [text.replace("\n", "")]


def test_headings_by_number_and_position_but_clauses_stay_text(tmp_path: Path) -> None:
    text = (
        "員工手冊\n\n第三章 假期\n\n3.2 病假\n\n3.2.1 員工患病可放取有薪病假。\n\n"
        "1. 身份證副本\n\n2. 住址證明\n\n- 帶備正本\n\n(a) 主管簽署\n"
    )
    found = [(e.category, e.text, e.metadata.category_depth) for e in read(write(tmp_path / "a.txt", text)).elements]
    assert found[:4] == [
        ("Title", "員工手冊", 0), ("Title", "第三章 假期", 0), ("Title", "3.2 病假", 2),
        ("NarrativeText", "3.2.1 員工患病可放取有薪病假。", None),
    ]  # fmt: skip
    assert ("NarrativeText", "1. 身份證副本", None) in found
    assert ("ListItem", "帶備正本", 0) in found


def test_tab_separated_lines_are_a_table(tmp_path: Path) -> None:
    (table,) = read(write(tmp_path / "a.txt", "Grade\tDays\nI\t14\nII\t21\n")).elements
    assert table.metadata.table_rows == [["Grade", "Days"], ["I", "14"], ["II", "21"]]
    assert table.metadata.table_header_rows == 1


@pytest.mark.parametrize("content", [b"", b"  \n\t ", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_file_without_text_is_rejected(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(FileRejected) as caught:
        read(tmp_path / "a.txt")
    assert caught.value.code == "file_empty"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("姓名,職位,日期\n陳大文,主任,2024-04-01\n李小明,\"幹事, 署理\",2024-05-01\n", "big5"),
        ("姓名;職位;日期\n陳大文;主任;2024-04-01\n李小明;\"幹事, 署理\";2024-05-01\n", "utf-8-sig"),
        ("姓名\t職位\t日期\n陳大文\t主任\t2024-04-01\n李小明\t幹事, 署理\t2024-05-01\n", "utf-16"),
    ],
)  # fmt: skip
def test_csv(tmp_path: Path, text: str, encoding: str) -> None:
    (table,) = read(write(tmp_path / "a.csv", text, encoding)).elements
    rows = [["姓名", "職位", "日期"], ["陳大文", "主任", "2024-04-01"], ["李小明", "幹事, 署理", "2024-05-01"]]
    assert table.metadata.table_rows == rows
    assert table.metadata.table_header_rows == 1


def test_markdown(tmp_path: Path) -> None:
    text = (
        "---\ntitle: 防疫指引\ndate: 2024-02-03\n---\n# 總則\n須知：\n- 戴口罩\n  - 外科\n\n3. 第三步\n4. 第四步\n\n"
        "| 級別 | 人數 |\n|---|---|\n| 甲 | 3 |\n\n```\na  =  1\n```\n"
    )
    parsed = read(write(tmp_path / "a.md", text))
    assert (parsed.title, str(parsed.date)) == ("防疫指引", "2024-02-03")
    found = [(e.category, getattr(e.metadata, "clause", None), e.text) for e in parsed.elements]
    assert found == [
        ("Title", None, "總則"), ("NarrativeText", None, "須知："), ("ListItem", None, "戴口罩"),
        ("ListItem", None, "外科"),
        ("ListItem", "3", "第三步"), ("ListItem", "4", "第四步"), ("Table", None, "級別\t人數\n甲\t3"),
        ("UncategorizedText", None, "a  =  1"),
    ]  # fmt: skip
    assert [e.metadata.category_depth for e in parsed.elements[2:4]] == [0, 1]


def test_markdown_clauses_on_consecutive_lines_are_separate(tmp_path: Path) -> None:
    parsed = read(write(tmp_path / "a.md", "## 1 招募\n1.1 年滿十四歲。\n1.2 須遞交\n同意書。\n"))
    assert [e.text for e in parsed.elements] == ["1 招募", "1.1 年滿十四歲。", "1.2 須遞交同意書。"]


def test_xml_records_are_a_table_and_entity_bombs_are_refused(tmp_path: Path) -> None:
    text = "<list><centre><name>A</name><tel>1</tel></centre><centre><name>B</name><tel>2</tel></centre></list>"
    (table,) = read(write(tmp_path / "a.xml", text)).elements
    assert table.metadata.table_rows == [["name", "tel"], ["A", "1"], ["B", "2"]]
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(FileRejected) as caught:
        read(write(tmp_path / "b.xml", bomb))
    assert caught.value.code == "file_too_complex"


def test_an_exported_chat_has_its_messages_and_not_what_the_program_wrote(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(
        "5/6/2026, 10:00 - Messages and calls are end-to-end encrypted.\n"
        "5/6/2026, 10:01 - May: Where is the spare key?\n"
        "5/6/2026, 10:02 - Ann: With the porter,\nextension 226\n"
        "5/6/2026, 10:03 - May: <Media omitted>\n"
        "5/6/2026, 10:04 - May: Thanks\n",
        encoding="utf-8",
    )
    assert [element.text for element in read(path).elements] == [
        "5/6/2026, 10:01 - May: Where is the spare key?",
        "5/6/2026, 10:02 - Ann: With the porter,\nextension 226",
        "5/6/2026, 10:04 - May: Thanks",
    ]
