"""Answers measured: questions asked through the product's own way in, or answers brought in a file, judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.turn import Turn
from assistant.turn import answer as answer_turn
from eval.datasets.question_files import JudgedQuestion
from eval.measures import refusal_measures, retrieval_measures
from eval.measures.answer_judge import MEASURES, judge
from eval.measures.tenant_records import TenantRecords
from eval.runs import results
from eval.runs.latency import percentiles
from kb.core.errors import InputError
from kb.core.settings import Settings
from kb.search.retriever import Retriever
from kb.store.tenants import Tenant

__all__ = ["read_answers", "run", "summarise"]

Groups = dict[str, list[str]]


def run(
    settings: Settings,
    tenant: Tenant,
    questions: list[JudgedQuestion],
    *,
    folder: Path,
    subject: str = "",
    collections: list[str] | None = None,
    given: dict[str, dict[str, Any]] | None = None,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> Path:
    """Ask, judge, and keep the result in ``folder``.

    Args:
        subject: what was asked, for reports; by default the tenant.
        collections: slugs to search; None for all.
        given: answers by question id, from another run or another system; a question without one counts 0.
    """
    retriever = Retriever(settings, tenant)
    answers = given if given is not None else ask(retriever, questions, progress, collections)
    records = None if given is not None and not tenant.records_path.is_file() else TenantRecords(retriever.library)
    summary, rows = summarise(questions, answers, records)
    summary |= {"subject": subject or tenant.slug, "collections": collections} | results.run_metadata(settings)
    results.write(folder, summary, rows)
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in answers.values())
    (folder / "answers.jsonl").write_text(lines, encoding="utf-8")
    return folder


def ask(
    retriever: Retriever,
    questions: list[JudgedQuestion],
    progress: Callable[[str, int, int], None],
    collections: list[str] | None = None,
) -> dict[str, dict[str, Any]]:
    """Ask every question of one tenant; return the answers by question id."""
    answer_turn(retriever, Turn("warm 暖機"))  # the model loads outside the clock
    answers = {}
    for done, one in enumerate(questions, 1):
        turn = Turn(one.question, one.history, collections, one.as_of, one.id)
        answers[one.id] = answer_turn(retriever, turn).as_dict()
        progress("ask", done, len(questions))
    return answers


def read_answers(path: Path) -> dict[str, dict[str, Any]]:
    """Read answers as ``kb ask --batch`` writes them.

    Raises:
        InputError: ``batch_line_invalid``.
    """
    answers = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            answers[str(row["id"])] = row
        except (ValueError, KeyError, TypeError) as error:
            raise InputError("batch_line_invalid", name=path.name, line=number, reason=repr(error)) from error
    return answers


def summarise(
    questions: list[JudgedQuestion], answers: dict[str, dict[str, Any]], records: TenantRecords | None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Judge answers: a table per group with intervals, refusal, latency, and a row per question."""
    no_answer: dict[str, Any] = {"refused": True, "answer": "", "citations": [], "contexts": [], "reason": "missing"}
    rows: list[dict[str, Any]] = []
    for one in questions:
        answer = answers.get(one.id, no_answer)
        rows.append(
            {
                "id": one.id,
                "question": one.question,
                "language": one.language,
                "kind": one.kind,
                "split": one.split,
                "answerable": one.answerable,
                "values": judge(one, answer, records),
                "refused": bool(answer.get("refused")),
                "confidence": answer.get("confidence"),
                "ms": answer.get("ms"),
                "missing": one.id not in answers,
                "expected": [
                    {"document": place.document, "page": place.page, "clause": place.clause, "evidence": place.evidence}
                    for place in one.documents
                ],
                "facts": [list(alternatives) for alternatives in one.facts],
                "answer": answer.get("answer"),
                "citations": answer.get("citations") or [],
                "found": _report_contexts(answer),
            }
        )
    by_id = {row["id"]: row for row in rows}
    groups = _question_groups(questions)
    rows_by_group = {group: [by_id[one] for one in ids] for group, ids in groups.items()}
    summary = {
        "kind": "answers",
        "questions": len(questions),
        "groups": {group: len(ids) for group, ids in groups.items()},
        "measures": list(MEASURES),
        "table": {group: _estimates(members) for group, members in rows_by_group.items()},
        "refusal": {group: refusal_measures.summarise(members) for group, members in rows_by_group.items()},
        "foreign": sum(row["values"].get("foreign") or 0 for row in rows),
        "ms": percentiles([float(row["ms"]) for row in rows if row["ms"] is not None]),
        "missing": sum(row["missing"] for row in rows),
    }
    return summary, rows


def _question_groups(questions: list[JudgedQuestion]) -> Groups:
    """Return question ids under "all", each split, and inside each split every language and kind."""
    splits = sorted({one.split for one in questions if one.split})
    groups: Groups = {"all": [one.id for one in questions]}
    for split in [*splits, *([] if splits else [""])]:
        inside = [one for one in questions if one.split == split]
        if split:
            groups[split] = [one.id for one in inside]
        for key in ("language", "kind"):
            for value in sorted({getattr(one, key) for one in inside} - {""}):
                groups[f"{split} {value}".strip()] = [one.id for one in inside if getattr(one, key) == value]
    return groups


def _estimates(rows: list[dict[str, Any]]) -> dict[str, Any]:
    table = {}
    for name in MEASURES:
        values = [row["values"][name] for row in rows if row["values"][name] is not None]
        if values:
            table[name] = retrieval_measures.estimate(values).as_dict()
    return table


def _report_contexts(answer: dict[str, Any]) -> list[dict[str, Any]]:
    contexts = list(answer.get("contexts") or [])[:5]
    return [{**one, "text": str(one.get("text") or "")[:300]} for one in contexts]
