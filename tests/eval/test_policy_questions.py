"""The questions on policy texts agree with the texts, and become a test collection."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from eval.datasets import benchmark_collections, question_files
from eval.measures.answer_judge import is_quoted_in
from eval.training.make_policy_benchmark import policy_passages, write_benchmark

POLICIES = Path(__file__).parents[2] / "data" / "policies"
LIBRARIES = sorted(path.parent for path in POLICIES.glob("*/questions.jsonl"))


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda path: path.name)
def test_every_answer_stands_in_its_text(library: Path) -> None:
    texts = {
        path.name: "\n".join(f"{one.title}\n{one.text}" for one in policy_passages(path))
        for path in (library / "documents").iterdir()
    }
    wrong = []
    rows = [json.loads(line) for line in (library / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        places = row.get("documents") or [row["nearest"]]
        if not all(is_quoted_in(one["evidence"], texts[one["document"]]) for one in places):
            wrong.append(row["id"])
        facts = [fact for alternatives in row.get("facts", []) for fact in alternatives]
        if not all(any(is_quoted_in(fact, one["evidence"]) for one in places) for fact in facts):
            wrong.append(row["id"])
    assert wrong == []
    assert len({row["question"] for row in rows}) == len(rows)


def test_languages_and_split() -> None:
    asked = [(library.name, one) for library in LIBRARIES for one in question_files.read(library / "questions.jsonl")]
    assert len(asked) > 4500
    assert {name for name, one in asked if one.split == "test"} == {"policies-5"}
    assert {name for name, one in asked if one.split == "dev"} == {f"policies-{n}" for n in range(1, 5)}
    shares = Counter(one.language for _, one in asked)
    assert shares["yue"] > 0.4 * len(asked)
    assert min(shares["zh-Hant"], shares["en"]) > 0.2 * len(asked)
    assert sum(not one.answerable for _, one in asked) > 0.18 * len(asked)


def test_the_cantonese_part_is_a_test_collection(tmp_path: Path) -> None:
    counts = write_benchmark(POLICIES, tmp_path)
    dataset = benchmark_collections.load(tmp_path)
    assert len(dataset.corpus) == counts["passages"]
    assert len(dataset.unanswerable) == counts["unanswerable"] > 300
    assert {one.language for one in dataset.queries} == {"yue"}
    known = {one.id for one in dataset.corpus}
    assert all(dataset.qrels[one.id] and dataset.qrels[one.id].keys() <= known for one in dataset.queries)


def test_a_lead_in_is_with_its_list_and_a_table_is_one_passage(tmp_path: Path) -> None:
    path = tmp_path / "rules.md"
    path.write_text(
        "# Rules\n\n## 1. Keys\n\nBefore leaving:\n\n- lock **both** doors;\n- sign the book.\n\n"
        "| key | place |\n|---|---|\n| office | box A |\n\nThat is all.\n",
        encoding="utf-8",
    )
    found = list(policy_passages(path))
    assert [one.title for one in found] == ["Rules › 1. Keys"] * 3
    assert [one.text for one in found] == [
        "Before leaving:\n- lock both doors;\n- sign the book.",
        "key\tplace\noffice\tbox A",
        "That is all.",
    ]
