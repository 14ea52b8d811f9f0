"""The measures of one answer to one question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from eval.datasets.question_files import ExpectedSource, JudgedQuestion
from eval.measures.answer_judge import is_quoted_in, judge

QUESTION = JudgedQuestion(
    "1", "病假要唔要紙？", "yue", True,
    (ExpectedSource("Handbook.pdf", 6, "5.8", "連續病假兩天或以上須附醫生證明書"),),
    (("醫生證明書", "醫生紙"), ("兩天", "2天")),
)  # fmt: skip


def answer(**fields: Any) -> dict[str, Any]:
    context = {"document": "Handbook.pdf", "page": [5, 6], "clause": "5.7", "score": 1.0,
               "text": "5.8 連續病假兩天\n或以上須附醫生證明書。"}  # fmt: skip
    quote = {"n": 1, "document": "Handbook.pdf", "version": 1, "page": 6, "clause": "5.8",
             "quote": "或以上須附醫生證明書。"}  # fmt: skip
    return {"refused": False, "answer": "要，連續２天就要。", "citations": [quote], "contexts": [context], **fields}


@pytest.mark.parametrize(
    ("needle", "text", "expected"),
    [
        ("14天", "每年 14 天", True),
        ("14天", "每年114天", False),
        ("3.6", "每公里 HK$3.6 元", True),
        ("3.6", "第 13.6 條", False),
        ("3.6", "3.65 元", False),
        ("1000", "HK$1,000", True),
        ("ＨＲ－１２", "表格HR-12", True),
        ("six months", "within Six\nmonths.", True),
        ("own", "it is known", False),
        ("", "anything", False),
    ],
)
def test_folding(needle: str, text: str, expected: bool) -> None:
    assert is_quoted_in(needle, text) is expected


def test_a_right_answer() -> None:
    values = judge(QUESTION, answer(), None)
    assert values == {
        "evidence in records": None,
        "evidence@1": 1.0,
        "evidence@5": 1.0,
        "answered": 1.0,
        "fact in answer": 1.0,
        "right document": 1.0,
        "right page": 1.0,
        "quote true": 1.0,
    }


def test_every_fact_is_needed() -> None:
    assert judge(QUESTION, answer(answer="要。"), None)["fact in answer"] == 0.0


def test_evidence_in_another_document_does_not_count() -> None:
    contexts = [{**answer()["contexts"][0], "document": "Other.pdf"}]
    values = judge(QUESTION, answer(contexts=contexts), None)
    assert (values["evidence@1"], values["quote true"]) == (0.0, 0.0)


def test_evidence_in_the_second_context() -> None:
    contexts = [{"document": "Other.pdf", "page": None, "clause": None, "text": "x"}, *answer()["contexts"]]
    values = judge(QUESTION, answer(contexts=contexts), None)
    assert (values["evidence@1"], values["evidence@5"]) == (0.0, 1.0)


def test_wrong_page() -> None:
    citation = {**answer()["citations"][0], "page": 7}
    values = judge(QUESTION, answer(citations=[citation]), None)
    assert (values["right document"], values["right page"]) == (1.0, 0.0)


def test_a_changed_letter_makes_a_quote_untrue() -> None:
    citation = {**answer()["citations"][0], "quote": "或以上需附醫生證明書。"}
    assert judge(QUESTION, answer(citations=[citation]), None)["quote true"] == 0.0


def test_a_refusal_of_an_answerable_question_scores_nothing() -> None:
    values = judge(QUESTION, answer(refused=True, citations=[]), None)
    assert (values["answered"], values["fact in answer"], values["quote true"]) == (0.0, 0.0, None)


class OneDocument:
    """Records of one document with one chunk."""

    def contains(self, document: str, version: int | None, pages: Sequence[int], text: str) -> bool:
        return (
            document == "Handbook.pdf"
            and version in (None, 1)
            and set(pages) <= {6}
            and text in self.texts(document)[0]
        )

    def texts(self, document: str) -> list[str]:
        return ["5.8 連續病假兩天\n或以上須附醫生證明書。"]


def test_against_the_records() -> None:
    assert judge(QUESTION, answer(), OneDocument())["evidence in records"] == 1.0
    assert judge(QUESTION, answer(), OneDocument())["foreign"] == 0.0
    foreign = {**answer()["contexts"][0], "document": "Other.pdf"}
    assert judge(QUESTION, answer(contexts=[foreign]), OneDocument())["foreign"] == 1.0
    wrong_page = {**answer()["citations"][0], "page": 5}
    assert judge(QUESTION, answer(citations=[wrong_page]), OneDocument())["quote true"] == 0.0
    other_version = {**answer()["citations"][0], "version": 2}
    assert judge(QUESTION, answer(citations=[other_version]), OneDocument())["quote true"] == 0.0
