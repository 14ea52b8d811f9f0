"""`kb eval repeat`: new processes, other orders, one answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from eval.runs.repeatability import compare
from kb.cli import cli
from kb.core.settings import Settings
from tests.helpers.beir import write_lines
from tests.kb.test_publishing import Shelf

pytestmark = pytest.mark.slow


def record(
    text: str = "年假十四日。", score: float = 0.5, answer: str = "十四日", refused: bool = False
) -> dict[str, Any]:
    contexts = [{"document": "a.txt", "page": 1, "text": text, "score": score}]
    return {"contexts": contexts, "confidence": 0.9, "answer": answer, "refused": refused}


def test_answers_that_are_the_same() -> None:
    found = compare(["q1", "q2"], [[record(), record(score=0.4)]] * 3)
    assert found.same
    assert (found.questions, found.runs) == (2, 3)


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (record(text="年假十日。"), "passages"),
        (record(score=0.5001), "scores"),
        (record(answer="十日"), "answers"),
        (record(refused=True), "refusals"),
    ],
)
def test_each_difference_is_found_in_any_run(other: dict[str, Any], kind: str) -> None:
    found = compare(["q1", "q2"], [[record(), record()], [record(), record()], [record(), other]])
    assert not found.same
    different = {name: which for name, which in found.as_dict().items() if which == ["q2"]}
    assert set(different) == {kind}


def test_new_processes_in_other_orders_answer_alike(settings: Settings, tmp_path: Path) -> None:
    Shelf(settings).put("rules.txt", "病假須附醫生證明書。\n年假不可超過十四日。\nPetty cash claims need a receipt.")
    asked = ["病假要證明嗎？", "放大假最多幾多日", "Do petty cash claims need a receipt?", "火星有幾遠？"]
    rows = [{"id": f"q{n}", "question": one, "answerable": True} for n, one in enumerate(asked)]
    questions = write_lines(tmp_path / "questions.jsonl", rows)
    arguments = ["--data", str(settings.data), "eval", "repeat", str(questions), "--tenant", "harmony", "--runs", "2"]
    run = CliRunner().invoke(cli, [*arguments, "--json"], env={"KB_CACHE": str(settings.cache)})
    assert run.exit_code == 0, run.output
    found = json.loads(run.output.splitlines()[-1])
    assert found == {"questions": 4, "runs": 2, "passages": [], "scores": [], "answers": [], "refusals": []}
