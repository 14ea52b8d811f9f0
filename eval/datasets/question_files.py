"""Questions with what should come back: read from JSON lines, or from a test collection.

A line: ``{"id", "question", "language", "answerable", "documents": [{"document", "page", "clause", "evidence"}],
"facts": [[alternatives], …], "kind", "split", "history"?, "as_of"?, "only_at"?}``. Every inner list of ``facts``
needs one hit; of ``documents`` any one will do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from eval.datasets.benchmark_collections import Dataset
from kb.core.errors import InputError
from kb.language.detect import detect

__all__ = ["ExpectedSource", "JudgedQuestion", "from_dataset", "from_row", "read", "write"]


@dataclass(frozen=True, slots=True)
class ExpectedSource:
    """Where the answer stands; ``page`` counts from 1; ``evidence`` is the document's own wording."""

    document: str
    page: int | None = None
    clause: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question with its expected answer; ``facts`` may be empty where only the place is known."""

    id: str
    question: str
    language: str
    answerable: bool
    documents: tuple[ExpectedSource, ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    kind: str = ""
    split: str = ""
    history: tuple[str, ...] = ()
    as_of: date | None = None
    only_at: str | None = None
    extra: dict[str, Any] = field(default_factory=dict, compare=False)


def read(path: Path) -> list[JudgedQuestion]:
    """Read a question file.

    Raises:
        InputError: ``file_missing``; ``questions_invalid`` with every faulty line.
    """
    if not path.is_file():
        raise InputError("file_missing", name=str(path))
    questions, problems = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            questions.append(from_row(json.loads(line), str(number)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problems.append(f"{number}: {error!r}")
    duplicates = {one.id for one in questions if sum(other.id == one.id for other in questions) > 1}
    problems += [f"id {one} occurs more than once" for one in sorted(duplicates)]
    if problems or not questions:
        raise InputError("questions_invalid", name=path.name, problems="\n".join(problems) or "no questions")
    return questions


def from_row(row: dict[str, Any], default_id: str) -> JudgedQuestion:
    """Make a question from its JSON fields; raises the errors of a wrong shape as they come."""
    text = str(row["question"]).strip()
    if not text:
        raise ValueError("question is empty")
    answerable = row.get("answerable", bool(row.get("documents") or row.get("facts")))
    if not isinstance(answerable, bool):
        raise TypeError("answerable: true or false expected")
    return JudgedQuestion(
        id=str(row.get("id") or default_id),
        question=text,
        language=str(row.get("language") or detect(text).value),
        answerable=answerable,
        documents=tuple(_place(place) for place in row.get("documents") or []),
        facts=tuple(tuple(str(one) for one in alternatives) for alternatives in row.get("facts") or []),
        kind=str(row.get("kind") or ""),
        split=str(row.get("split") or ""),
        history=tuple(_history_question(one) for one in row.get("history") or []),
        as_of=date.fromisoformat(row["as_of"]) if row.get("as_of") else None,
        only_at=row.get("only_at"),
    )


def _place(row: dict[str, Any]) -> ExpectedSource:
    page = row.get("page")
    clause, evidence = row.get("clause"), row.get("evidence")
    return ExpectedSource(
        str(row["document"]), int(page) if page else None, str(clause) if clause else None, evidence or None
    )


def _history_question(entry: Any) -> str:
    return entry if isinstance(entry, str) else str(entry["content"])


def write(path: Path, questions: list[JudgedQuestion]) -> None:
    """Write a question file that :func:`read` reads."""
    with path.open("w", encoding="utf-8") as stream:
        for one in questions:
            row: dict[str, Any] = {
                "id": one.id,
                "question": one.question,
                "language": one.language,
                "answerable": one.answerable,
                "documents": [
                    {"document": place.document, "page": place.page, "clause": place.clause, "evidence": place.evidence}
                    for place in one.documents
                ],
                "facts": [list(alternatives) for alternatives in one.facts],
                "kind": one.kind,
                "split": one.split,
            }
            if one.history:
                row["history"] = list(one.history)
            if one.as_of:
                row["as_of"] = one.as_of.isoformat()
            if one.only_at:
                row["only_at"] = one.only_at
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def from_dataset(dataset: Dataset) -> list[JudgedQuestion]:
    """Turn a test collection's queries into questions: answerable ones by qrels, and its unanswerable ones."""
    answerable = [
        JudgedQuestion(
            query.id,
            query.text,
            query.language,
            True,
            tuple(ExpectedSource(document) for document, grade in dataset.qrels[query.id].items() if grade > 0),
        )
        for query in dataset.queries
    ]
    return answerable + [JudgedQuestion(query.id, query.text, query.language, False) for query in dataset.unanswerable]
