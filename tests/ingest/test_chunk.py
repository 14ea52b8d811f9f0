"""Chunks: sizes, exact text, tables with their header rows, pages and clauses by offset."""

from __future__ import annotations

import re
import time

from unstructured.documents.elements import Element, Table

from ingest.chunking.chunker import Chunk, chunk, embedding_text
from ingest.structure.outline import build
from tests.helpers.elements import item, metadata, para, title


def count(texts: list[str]) -> list[int]:
    """Approximate the model's tokenizer: Chinese characters and words are tokens, and two special tokens are added."""
    return [2 + len(re.findall(r"[\u3000-\u9fff\uff00-\uffef]|[A-Za-z0-9]+|[^\w\s]", text)) for text in texts]


def chunks_of(elements: list[Element], max_tokens: int = 120, name: str = "Staff Handbook") -> list[Chunk]:
    found = chunk(build(elements, name), count_tokens=count, max_tokens=max_tokens, title=name)
    assert [c.ordinal for c in found] == list(range(len(found)))
    for one in found:
        assert one.tokens == count([embedding_text(name, one)])[0] <= max_tokens
        for *_, start, end in one.boxes:
            assert 0 <= start < end <= len(one.text)
        for offset, clause in one.clauses:
            number = re.match(r"[\d.]+\d", clause)
            if number and one.text[offset].isdigit():
                assert one.text[offset:].startswith(number[0])
    return found


def long_text(words: int) -> str:
    return " ".join(f"Word{n} follows word{n}." for n in range(words // 3))


def test_small_clauses_of_a_section_are_packed_and_keep_their_headings() -> None:
    [one] = chunks_of([title("3 Leave"), title("3.1 Annual", 1), para("3.1.1 Twelve days."), para("3.1.2 Plan ahead.")])
    assert one.text == "3 Leave\n3.1 Annual\n3.1.1 Twelve days.\n3.1.2 Plan ahead."
    assert one.clause == "3.1.1"
    assert [(one.text[o:].split()[0], c) for o, c in one.clauses] == [(c, c) for c in ("3", "3.1", "3.1.1", "3.1.2")]


def test_chapters_are_never_mixed() -> None:
    found = chunks_of([title("1 Leave"), para("1.1 Twelve days."), title("2 Pay"), para("2.1 On the last day.")])
    assert [c.heading_path for c in found] == [["1 Leave"], ["2 Pay"]]


def test_every_word_is_in_exactly_one_chunk() -> None:
    elements: list[Element] = []
    for chapter in range(1, 4):
        elements.append(title(f"{chapter} Chapter{chapter}"))
        for clause in range(1, 6):
            elements.append(para(f"{chapter}.{clause} " + f"c{chapter}x{clause} " * (30 * clause)))
    whole = " ".join(c.text for c in chunks_of(elements)).split()
    assert whole == " ".join(e.text for e in elements).split()


def test_lead_in_stays_with_its_list() -> None:
    filler = para("2.1 " + long_text(60))
    found = chunks_of(
        [
            title("2 Claims"),
            filler,
            para("2.2 The following are covered:"),
            *(item(f"({c}) {long_text(9)}") for c in "abc"),
        ]
    )
    [holder] = [c for c in found if "following are covered" in c.text]
    assert all(f"({c})" in holder.text for c in "abc")


def test_long_paragraphs_are_cut_at_sentence_ends() -> None:
    chinese = "".join(f"員工須於第{n}日或之前以書面通知主管。" for n in range(30))
    for text in (long_text(300), chinese):
        found = chunks_of([title("1 Rules"), para(text)])
        assert len(found) > 2
        assert all(c.text[-1] in ".。" for c in found)


def test_no_word_is_cut_and_endless_text_still_ends() -> None:
    words = [f"item{n}" for n in range(400)]
    found = chunks_of([para(" ".join(words))])
    assert " ".join(c.text for c in found).split() == words
    assert len(chunks_of([para("字" * 1000)])) > 8


def test_a_table_keeps_its_rows_and_repeats_its_header() -> None:
    rows = [["Rank", "Leave", "Remarks"], *([f"Rank {n}", str(n), "as approved by the manager"] for n in range(60))]
    table = Table("\n".join("\t".join(r) for r in rows), metadata=metadata(1, table_rows=rows, table_header_rows=1))
    found = chunks_of([title("4 Leave table"), table])
    assert len(found) > 3
    assert all(c.kind == "table" for c in found)
    lines = [line for c in found for line in c.text.split("\n")]
    assert all(line.split("\t") in rows for line in lines if line != "4 Leave table")
    assert all("Rank\tLeave\tRemarks" in c.text for c in found)
    assert [line for line in lines if line.startswith("Rank ")] == ["\t".join(r) for r in rows[1:]]


def test_a_row_too_long_is_cut_at_cell_ends_with_its_header_cells() -> None:
    rows = [[f"Head{n}" for n in range(40)], [f"cell {n} has a few words in it" for n in range(40)]]
    table = Table("x", metadata=metadata(None, table_rows=rows, table_header_rows=1, page_name="Sheet1"))
    found = chunks_of([table])
    text = "\n".join(c.text for c in found)
    assert all(cell in text for cell in rows[1])
    [holder] = [c for c in found if "cell 25 has" in c.text]
    assert "Head25" in holder.text


def test_pages_are_known_by_offset() -> None:
    [one] = chunks_of([para("1.1 Staff who have worked for a year may", 4), para("take twelve days of leave.", 5)])
    assert one.pages == [4, 5]
    assert [one.text[offset:][:4] for offset, _ in one.page_starts] == ["1.1 ", "take"]


def test_footnotes_go_with_the_text_before_and_contents_are_left_out() -> None:
    found = chunks_of(
        [
            title("Contents"),
            para("1 Leave ........ 2"),
            para("2 Pay ........ 3"),
            title("1 Leave", 0, 2),
            para("1.1 Twelve days.1", 2),
            para("1 From 2020.", 2, footnote=True),
        ]
    )
    assert [c.text for c in found] == ["1 Leave\n1.1 Twelve days.1\n1 From 2020."]


def test_embedding_text_names_each_heading_once() -> None:
    [one] = chunks_of([title("3 Leave"), para("3.1 Twelve days.")])
    assert embedding_text("Staff Handbook", one) == "Staff Handbook\n3 Leave\n3.1 Twelve days."


def test_a_long_document_is_chunked_in_few_counts_and_little_time() -> None:
    elements: list[Element] = []
    for chapter in range(1, 51):
        elements += [title(f"{chapter} Chapter"), *(para(f"{chapter}.{n} " + long_text(90)) for n in range(1, 31))]
    calls: list[int] = []

    def counted(texts: list[str]) -> list[int]:
        calls.append(len(texts))
        return count(texts)

    outline = build(elements, "Manual")
    spent = time.process_time()
    found = chunk(outline, count_tokens=counted, max_tokens=320, title="Manual")
    assert len(found) > 300
    assert len(calls) < 10
    assert time.process_time() - spent < 3
