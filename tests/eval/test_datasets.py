"""Reading test collections: BEIR folders, TREC files, and the errors of broken ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.datasets import benchmark_collections, code_fingerprint, json_lines, question_files, trec_files
from kb.core.errors import InputError


def test_beir_folder(beir: Path) -> None:
    dataset = benchmark_collections.load(beir)
    assert len(dataset.corpus) == 6
    assert [query.language for query in dataset.queries] == ["yue", "zh-Hant", "en", "en"]
    assert dataset.qrels["q1"] == {"sick": 2, "leave": 1}
    assert [one.id for one in dataset.unanswerable] == ["u1"]


def test_limit_takes_the_same_queries_whatever_their_order(beir: Path) -> None:
    dataset = benchmark_collections.load(beir)
    lines = (beir / "queries.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (beir / "queries.jsonl").write_text("".join(reversed(lines)), encoding="utf-8")
    other = benchmark_collections.load(beir).limited(2)
    assert {one.id for one in dataset.limited(2).queries} == {one.id for one in other.queries}
    assert len(other.queries) == 2
    assert set(other.qrels) == {one.id for one in other.queries}
    assert other.digest == dataset.digest


def test_split_folder_of_qrels(beir: Path) -> None:
    (beir / "qrels").mkdir()
    (beir / "qrels.tsv").rename(beir / "qrels" / "test.tsv")
    assert len(benchmark_collections.load(beir).queries) == 4


@pytest.mark.parametrize(
    "topics",
    [
        "<top>\n<num> Number: q1\n<title> Topic: sick\nleave\n<desc>x</top><top><num>q3<title>visiting</top>",
        '<topics><topic number="q1"><query>sick leave</query></topic><topic number="q3">visiting</topic></topics>',
        "q1\tsick leave\nq3\tvisiting\n",
    ],
)
def test_trec_topics_and_qrels(beir: Path, topics: str) -> None:
    (beir / "queries.jsonl").unlink()
    (beir / "qrels.tsv").unlink()
    (beir / "topics.txt").write_text(topics, encoding="utf-8")
    (beir / "qrels.txt").write_text("q1 0 sick 1\nq3 0 visit 2\n", encoding="utf-8")
    dataset = benchmark_collections.load(beir)
    assert [(one.id, one.text, one.language) for one in dataset.queries] == [
        ("q1", "sick leave", "en"),
        ("q3", "visiting", "en"),
    ]
    assert dataset.qrels == {"q1": {"sick": 1}, "q3": {"visit": 2}}


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("corpus.jsonl", '{"_id": "a"}\n', "line 1 lacks text"),
        ("queries.jsonl", "{\n", "line 1 is not JSON"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\tnobody\t1\n", "nobody"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\tsick\thigh\n", "line 2"),
    ],
)
def test_a_broken_set_says_where(beir: Path, file: str, text: str, reason: str) -> None:
    (beir / file).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        benchmark_collections.load(beir)
    assert error.value.code == "dataset_invalid"
    assert reason in error.value.message("en")


def test_run_files_are_read_as_written(tmp_path: Path) -> None:
    run = {"q1": {"b": 1.0, "a": 2.0}, "q2": {"c": 0.5}}
    trec_files.write_run(tmp_path / "x.run", run, "x")
    assert (tmp_path / "x.run").read_text(encoding="utf-8").splitlines()[0] == "q1 Q0 a 1 2.000000 x"
    assert trec_files.read_run(tmp_path / "x.run") == run


def test_json_lines_end_at_line_feeds_only(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    texts = ["一\u2028二", "three\u0085four", "five\u2029six"]
    written = "\r\n".join(json.dumps({"question": text}, ensure_ascii=False) for text in texts)
    path.write_bytes(b"\xef\xbb\xbf" + written.encode() + b"\n\n")
    assert [json.loads(line)["question"] for _, line in json_lines.lines(path)] == texts
    assert [number for number, _ in json_lines.lines(path)] == [1, 2, 3]
    assert [one.question for one in question_files.read(path)] == texts


def test_what_people_are_told_of_an_error_is_not_part_of_the_fingerprint() -> None:
    files = {path.name for path in code_fingerprint.reachable_files(["ingest.parsers.shared.plain_text"])}
    assert "plain_text.py" in files
    assert "settings.py" in files, "modules that the reader imports indirectly"
    assert not files & {"errors.py", "errors.json", "messages.py"}
