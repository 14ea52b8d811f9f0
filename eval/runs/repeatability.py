"""The same questions asked again in new processes and in another order: is every answer the same?"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval import new_process
from eval.datasets import json_lines
from eval.datasets.question_files import JudgedQuestion
from kb.core.settings import Settings
from kb.store.tenants import Tenant

__all__ = ["Repeatability", "measure"]

Record = dict[str, Any]  # a line that `kb ask --batch` writes


@dataclass(frozen=True, slots=True)
class Repeatability:
    """How many questions were asked how often, and the ids of those that were not answered the same every time.

    Attributes:
        passages: other passages, or the same ones in another order.
        scores: another score of a passage, or another confidence.
        answers: another text of the answer.
        refusals: refused in one run and answered in another.
    """

    questions: int
    runs: int
    passages: list[str]
    scores: list[str]
    answers: list[str]
    refusals: list[str]

    @property
    def same(self) -> bool:
        return not (self.passages or self.scores or self.answers or self.refusals)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def measure(
    settings: Settings,
    tenant: Tenant,
    questions: Sequence[JudgedQuestion],
    *,
    runs: int = 3,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> Repeatability:
    """Ask all questions in ``runs`` processes, each in an order and with a hash seed of its own, without a model.

    Raises:
        Transient: ``internal`` with the last line that a process complained.
    """
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs):
            found.append(_ask(settings, tenant, questions, run, Path(folder)))
            progress("ask", run + 1, runs)
    return compare([one.id for one in questions], found)


def compare(names: Sequence[str], runs: Sequence[Sequence[Record]]) -> Repeatability:
    """Compare answers.

    Args:
        names: the questions' ids.
        runs: of each run the answers, in the order of ``names``.
    """

    def differ(look: Callable[[Record], object]) -> list[str]:
        return [
            name for name, *said in zip(names, *runs, strict=True) if any(look(one) != look(said[0]) for one in said)
        ]

    return Repeatability(
        questions=len(names),
        runs=len(runs),
        passages=differ(lambda one: [(place["document"], place["page"], place["text"]) for place in one["contexts"]]),
        scores=differ(lambda one: (one["confidence"], [place["score"] for place in one["contexts"]])),
        answers=differ(lambda one: one["answer"]),
        refusals=differ(lambda one: one["refused"]),
    )


def _ask(
    settings: Settings, tenant: Tenant, questions: Sequence[JudgedQuestion], run: int, folder: Path
) -> list[Record]:
    """Return the answers of one process, in the order of ``questions``. The first run keeps their order."""
    order = list(range(len(questions)))
    if run:
        random.Random(run).shuffle(order)  # noqa: S311 - no secret
    asked, answered = folder / "questions.jsonl", folder / "answers.jsonl"
    asked.write_text("".join(_line(place, questions[place]) for place in order), encoding="utf-8")
    arguments = ["ask", "--batch", str(asked), "--out", str(answered), "--tenant", tenant.slug, "--quotes"]
    new_process.run(new_process.KB, arguments, settings, environment={"PYTHONHASHSEED": str(run)})
    records = [json.loads(line) for _, line in json_lines.lines(answered)]
    return sorted(records, key=lambda record: int(record["id"]))


def _line(place: int, one: JudgedQuestion) -> str:
    fields = {
        "id": str(place),
        "question": one.question,
        "history": list(one.history),
        "as_of": one.as_of.isoformat() if one.as_of else None,
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"
