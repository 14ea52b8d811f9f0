"""Runs that judge answers: they ask the product, or read the answers from a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assistant.turn import Turn
from assistant.turn import answer as answer_turn
from eval.datasets import json_lines
from eval.datasets.question_files import JudgedQuestion
from eval.measures import refusal_measures, retrieval_measures
from eval.measures.answer_judge import MEASURES, judge
from eval.measures.tenant_records import TenantRecords
from eval.runs import results
from eval.runs.speed.latency import percentiles
from kb.core.errors import InputError
from kb.core.messages import Catalogue
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.retriever import Retriever
from kb.store.tables.library_tables import DocumentRow
from kb.store.tenants import Tenant

__all__ = ["read_answers", "run"]

Groups = dict[str, list[str]]
_LINE_REASONS = Catalogue("eval.runs", "answer_line_reasons.json")


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
    """Ask the questions, judge the answers and write the result to ``folder``; return ``folder``.

    Args:
        subject: the name in reports; by default the tenant's slug.
        collections: slugs of the collections to search; None for all.
        given: answers by question id, from another run or another system; then nothing is asked. A question without an
            answer has the value 0.
    """
    retriever = Retriever(settings, tenant)
    answers = given
    if answers is None:
        answers = _without_deleted_sources(retriever.library, ask(retriever, questions, progress, collections))
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
    answer_turn(retriever, Turn("warm 暖機"))  # loads the model, so that the first question is not slower
    answers = {}
    for done, one in enumerate(questions, 1):
        turn = Turn(one.question, one.history, collections, one.as_of, one.id)
        answers[one.id] = answer_turn(retriever, turn).as_dict()
        progress("ask", done, len(questions))
    return answers


def _without_deleted_sources(library: Library, answers: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the answers of a run, emptied where a document that they use was deleted while the run was at work."""
    with library.session() as session:
        there = set(session.scalars(sa.select(DocumentRow.name)))
    return {
        key: row if _documents_of(row) <= there else results.withheld_row(row, keep_question=True) | {"refused": True}
        for key, row in answers.items()
    }


def _documents_of(row: dict[str, Any]) -> set[str]:
    used = [*(row.get("contexts") or ()), *(row.get("citations") or ())]
    return {str(one["document"]) for one in used if "document" in one}


def read_answers(path: Path) -> dict[str, dict[str, Any]]:
    """Read answers, one JSON object a line, as ``kb ask --batch`` writes them; return them by question id.

    Raises:
        InputError: ``batch_line_invalid``, with the line and the reason in both interface languages.
    """
    answers = {}
    for number, line in json_lines.lines(path):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _line_error(path, number, "not_json") from error
        if not isinstance(row, dict):
            raise _line_error(path, number, "not_object")
        if row.get("id") is None:
            raise _line_error(path, number, "no_id")
        answers[str(row["id"])] = row
    return answers


def _line_error(path: Path, number: int, reason: str) -> InputError:
    # The error renders its details without a language, so the reason has both.
    texts = " / ".join(_LINE_REASONS.text(reason, language) for language in ("zh-HK", "en"))
    return InputError("batch_line_invalid", name=path.name, line=number, reason=texts)


def summarise(
    questions: list[JudgedQuestion], answers: dict[str, dict[str, Any]], records: TenantRecords | None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Judge the answers; return the summary and a row per question.

    The summary has measures with intervals and refusal measures per group, and response times in milliseconds.
    """
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
    """Return the question ids of each group: "all", each split, and each language and kind in a split."""
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
