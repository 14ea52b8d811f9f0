"""`kb eval` with a test collection: index, search, measures, comparison, report."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.commands.evaluate import evaluate
from eval.datasets import benchmark_collections, collection_index
from eval.runs.results import open_result
from kb.cli import Context
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.dense import sentence_vectors

pytestmark = pytest.mark.slow


def kb_eval(settings: Settings, *arguments: str) -> str:
    context = Context(settings.data)
    context.settings = settings
    result = CliRunner().invoke(evaluate, list(arguments), obj=context, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_from_a_folder_to_a_page(settings: Settings, beir: Path, tmp_path: Path) -> None:
    line = kb_eval(settings, "retrieval", str(beir), "--name", "first", "--json", "--measures", "nDCG@10,RR@10,All@10")
    summary = json.loads(line)
    assert summary["groups"] == {"all": 4, "en": 2, "yue": 1, "zh-Hant": 1}
    assert summary["systems"]["hybrid"]["all"]["RR@10"]["mean"] >= 0.9
    assert summary["systems"]["dense"]["all"]["All@10"]["mean"] == 1.0  # six documents: all are among the first ten
    assert summary["model"].startswith("multilingual-e5-small")
    folder = Path(summary["folder"])
    first = (folder / "hybrid.run").read_text(encoding="utf-8").split()
    assert first[:2] + first[3:4] == ["q1", "Q0", "1"]

    (tmp_path / "worse").mkdir()
    for file in folder.iterdir():
        (tmp_path / "worse" / file.name).write_bytes(file.read_bytes())
    rows = [json.loads(row) for row in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    rows[2]["values"]["hybrid"] = {"nDCG@10": 0.0, "RR@10": 0.0, "All@10": 0.0}
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "worse" / "questions.jsonl").write_text(text, encoding="utf-8")
    found = json.loads(kb_eval(settings, "compare", "Tiny Set/first", str(tmp_path / "worse"), "--json"))
    assert [one["id"] for one in found["lost"]] == ["q3"]
    assert found["gained"] == []
    overall = next(row for row in found["rows"] if (row["group"], row["measure"]) == ("all", "nDCG@10"))
    assert overall["difference"] == pytest.approx(-rows[2]["values"]["hybrid"]["nDCG@10"] - 0.25, abs=0.01)

    page, data = tmp_path / "report.html", tmp_path / "report.json"
    kb_eval(settings, "report", "Tiny Set/first", str(tmp_path / "worse"), "--out", str(page), "--json", str(data))
    html = page.read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=[\"'](?!#)|@import|url\(", html)  # needs nothing else
    assert html.count("<svg") == 6
    assert "When may relatives visit residents?" in html
    worst = json.loads(data.read_text(encoding="utf-8"))["runs"][1]["worst"][0]
    assert (worst["id"], worst["relevant"]) == ("q3", {"visit": 1})


def test_the_second_run_embeds_nothing(settings: Settings, beir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kb_eval(settings, "retrieval", str(beir), "--limit", "1", "--name", "one")
    steps: list[str] = []
    collection_index.ensure(settings, benchmark_collections.load(beir), lambda step, done, total: steps.append(step))
    assert steps == []
    # Other chunking code makes a new index, but the vectors of the same texts are in the cache.
    monkeypatch.setattr(collection_index, "_code_digest", lambda: "other")
    collection_index.ensure(settings, benchmark_collections.load(beir), lambda step, done, total: steps.append(step))
    assert set(steps) == {"read", "store", "sentences"}
    assert (collection_index.bench_folder(settings) / "vectors.sqlite").is_file()


def test_a_changed_corpus_is_another_index(settings: Settings, beir: Path) -> None:
    before, _ = collection_index.ensure(settings, benchmark_collections.load(beir), lambda *_: None)
    with (beir / "corpus.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"_id": "new", "title": "", "text": "Umbrellas stand by the door."}\n')
    after, tenant = collection_index.ensure(settings, benchmark_collections.load(beir), lambda *_: None)
    assert before.data != after.data
    assert tenant.slug == "tiny-set"


def test_answers_of_a_test_set_with_its_unanswerable_questions(settings: Settings, beir: Path) -> None:
    summary = json.loads(kb_eval(settings, "answers", str(beir), "--name", "first", "--json"))
    assert summary["refusal"]["all"]["unanswerable"] == 1
    assert summary["table"]["all"]["evidence@5"]["n"] == 4
    assert summary["table"]["all"]["quote true"]["mean"] == 1.0
    assert summary["foreign"] == 0
    result = open_result(summary["folder"], [])
    assert [row["id"] for row in result.questions] == ["q1", "q2", "q3", "q4", "u1"]
    kb_eval(settings, "report", summary["folder"], "--out", str(settings.data / "a.html"))
    assert "Refusal over the threshold" in (settings.data / "a.html").read_text(encoding="utf-8")


def test_what_the_sentences_are_worth_can_be_measured(settings: Settings, beir: Path) -> None:
    line = kb_eval(settings, "retrieval", str(beir), "--systems", "centred,no-units", "--json", "--measures", "RR@10")
    assert set(json.loads(line)["systems"]) == {"centred", "no-units"}
    _, tenant = collection_index.ensure(settings, benchmark_collections.load(beir), lambda *_: None)
    with Library(tenant).session() as session:
        assert sentence_vectors.outstanding(session) == 0
