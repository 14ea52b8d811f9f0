"""Answers from a file, refusal measures, question files and spreadsheets."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eval.datasets import question_files, question_sheet
from eval.datasets.question_files import ExpectedSource, JudgedQuestion
from eval.measures import refusal_measures
from eval.runs import answer_runs, baseline
from kb.core.errors import InputError
from tests.helpers.beir import write_lines


def row(answerable: bool, confidence: float, refused: bool) -> dict[str, Any]:
    return {"answerable": answerable, "confidence": confidence, "refused": refused}


def test_refusal_counts_and_curve() -> None:
    rows = [row(True, 0.9, False), row(True, 0.4, True), row(False, 0.3, True), row(False, 0.6, False)]
    found = refusal_measures.summarise(rows)
    assert (found["precision"], found["recall"], found["refused"]) == (0.5, 0.5, 2)
    curve = {round(one["threshold"], 1): one for one in found["curve"]}
    assert (curve[0.0]["precision"], curve[0.0]["recall"], curve[0.0]["answered"]) == (None, 0.0, 1.0)
    assert (curve[0.3]["precision"], curve[0.3]["recall"]) == (1.0, 0.5)
    assert curve[0.6]["precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert (curve[0.6]["recall"], curve[0.6]["answered"]) == (1.0, 0.5)


def test_no_curve_without_confidence() -> None:
    rows = [{**row(True, 0.0, False), "confidence": None}, row(False, 0.1, True)]
    assert refusal_measures.summarise(rows)["curve"] == []


def test_a_question_without_an_answer_counts_zero() -> None:
    asked = [
        JudgedQuestion("1", "一?", "yue", True, (ExpectedSource("a.pdf"),), (("x",),), split="dev", kind="how"),
        JudgedQuestion("2", "two?", "en", True, (ExpectedSource("a.pdf"),), (("x",),), split="test"),
    ]
    context = {"document": "a.pdf", "page": 1, "clause": None, "text": "x"}
    given = {"1": {"id": "1", "refused": False, "answer": "x", "citations": [], "contexts": [context], "ms": 12.0}}
    summary, rows = answer_runs.summarise(asked, given, None)
    assert summary["missing"] == 1
    assert summary["table"]["all"]["fact in answer"]["mean"] == 0.5
    assert summary["table"]["dev"]["fact in answer"]["mean"] == 1.0
    assert summary["table"]["test"]["evidence@5"]["mean"] == 0.0
    assert set(summary["groups"]) == {"all", "dev", "dev yue", "dev how", "test", "test en"}
    assert rows[1]["missing"]


def test_question_file_round_trip(tmp_path: Path) -> None:
    asked = JudgedQuestion(
        "7", "咁幾時？", "yue", True, (ExpectedSource("a.pdf", 3, "2.1", "原文"),),
        (("三日", "3日"), ("主管",)), "when", "dev", ("之前問過",), date(2026, 3, 1), "sunrise",
    )  # fmt: skip
    question_files.write(tmp_path / "q.jsonl", [asked])
    assert question_files.read(tmp_path / "q.jsonl") == [asked]


def test_every_faulty_line_is_named(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "q.jsonl", [{"id": "1", "question": "ok?"}, {"id": "2"}, {"id": "1", "question": "again?"}]
    )
    with pytest.raises(InputError) as error:
        question_files.read(path)
    message = error.value.message("en")
    assert "2: KeyError('question')" in message
    assert "id 1 occurs more than once" in message


@pytest.mark.parametrize("name", ["t.xlsx", "t.csv"])
def test_template_is_read_back(tmp_path: Path, name: str) -> None:
    question_sheet.template(tmp_path / name)
    first, second, third = question_sheet.read(tmp_path / name)
    assert first.facts == (("醫生證明書", "醫生紙"), ("兩天", "兩日"))
    assert (first.documents[0].page, first.documents[0].clause) == (12, "5.8")
    assert (second.language, second.split, third.answerable) == ("en", "test", False)


def test_sheet_errors_name_the_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("問題,文件,頁,截至日期\n有冇?,a.pdf,十二,\n,a.pdf,1,\n點?,,3,\n幾時?,a.pdf,1,昨天\n好?,a.pdf,1,\n")
    with pytest.raises(InputError) as error:
        question_sheet.read(path)
    lines = error.value.detail["problems"].splitlines()
    assert [line.split(":")[0] for line in lines] == ["2", "3", "4", "5"]


def test_big5_sheet(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("問題;答案要點\n院舍幾點關門？;八時|8時\n".encode("big5"))
    assert question_sheet.read(path)[0].facts == (("八時", "8時"),)


def test_sheet_without_question_column(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column for the question"):
        question_sheet.read(tmp_path / "t.csv")


def test_answers_file(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [{"id": 1, "answer": "x"}])
    assert answer_runs.read_answers(path) == {"1": {"id": 1, "answer": "x"}}
    path.write_text(json.dumps({"answer": "x"}), encoding="utf-8")
    with pytest.raises(InputError) as error:
        answer_runs.read_answers(path)
    assert error.value.code == "batch_line_invalid"


@pytest.mark.parametrize(
    ("line", "chinese", "english"),
    [
        ("{", "不是 JSON", "it is not JSON"),
        ("[1]", "須為一個 JSON 物件", "it must be a JSON object"),
        ('{"answer": "x"}', "缺少題目編號", "“id” is missing"),
        ('{"id": null}', "缺少題目編號", "“id” is missing"),
    ],
)
def test_a_broken_answer_line_is_explained_in_both_languages(
    tmp_path: Path, line: str, chinese: str, english: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"id": 1}}\n{line}\n', encoding="utf-8")
    with pytest.raises(InputError) as error:
        answer_runs.read_answers(path)
    assert error.value.detail["line"] == 2
    assert chinese in error.value.message("zh-HK")
    assert english in error.value.message("en")
    assert "Error(" not in error.value.message("en")


def test_floor(tmp_path: Path) -> None:
    rows = [row(True, 0.9, False), row(False, 0.1, True)]
    summary: dict[str, Any] = {
        "table": {"all": {"fact in answer": {"mean": 0.9}, "quote true": {"mean": 1.0}}},
        "refusal": {"all": refusal_measures.summarise(rows)},
        "foreign": 0,
    }
    path = tmp_path / "floor.json"
    path.write_text(baseline.new_baseline({"harmony": summary}), encoding="utf-8")
    stored = json.loads(path.read_text(encoding="utf-8"))["harmony"]
    assert stored == {"fact in answer": 0.88, "quote true": 1.0, "refusal precision": 0.98, "refusal recall": 0.98}
    assert baseline.scores_below(path, {"harmony": summary}) == []
    summary["table"]["all"] = {"fact in answer": {"mean": 0.87}}
    summary["foreign"] = 1
    assert baseline.scores_below(path, {"harmony": summary}) == [
        "harmony: fact in answer 0.870 is below 0.880",
        "harmony: quote true was not measured (floor 1.000)",
        "harmony: 1 foreign passages",
    ]
