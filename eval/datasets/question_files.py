"""Questions with their expected answers, from JSON lines or from a test collection.

The fields of a line: ``{"id", "question", "language", "answerable", "documents": [{"document", "page", "clause",
"evidence"}], "facts": [[alternatives], …], "kind", "split", "history"?, "as_of"?, "only_at"?}``. ``facts`` is a list of
lists: the answer must contain one alternative of every inner list. One of ``documents`` is enough.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from eval.datasets import json_lines
from eval.datasets.benchmark_collections import Dataset
from kb.core.errors import InputError
from kb.language.detect import detect

__all__ = ["ExpectedSource", "JudgedQuestion", "from_dataset", "from_row", "listed", "read", "write"]


_LISTED_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class ExpectedSource:
    """A place in a document that answers the question.

    Attributes:
        page: counted from 1.
        evidence: a literal quote of the document.
    """

    document: str
    page: int | None = None
    clause: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question with its expected answer.

    Attributes:
        language: for example "yue", "zh-Hant" or "en".
        answerable: whether the documents answer the question.
        documents: the places that answer it; one of them is enough.
        facts: alternatives of each fact; the answer must contain one of each. Empty if only the place is known.
        split: "dev" or "test", or empty.
        history: earlier questions of the conversation, oldest first.
        as_of: the day for which the answer must be valid.
    """

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


def read(path: Path, most: int | None = None) -> list[JudgedQuestion]:
    """Read a question file.

    Args:
        most: the most questions.

    Raises:
        InputError: ``file_missing``; ``questions_invalid``, with the faulty lines; ``testset_too_large``.
    """
    if not path.is_file():
        raise InputError("file_missing", name=str(path))
    questions: list[JudgedQuestion] = []
    problems: list[str] = []
    for number, line in json_lines.lines(path):
        if most is not None and len(questions) + len(problems) >= most:
            raise InputError("testset_too_large", limit=most)
        try:
            questions.append(from_row(json.loads(line), str(number)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            problems.append(f"{number}: {error!r}")
    times = Counter(one.id for one in questions)
    problems += [f"id {one} occurs more than once" for one in sorted(times) if times[one] > 1]
    if problems or not questions:
        raise InputError("questions_invalid", name=path.name, problems=listed(problems) or "no questions")
    return questions


def listed(problems: Sequence[str]) -> str:
    """Return the problems of a file for its error, one a line, and how many more there are than the first fifty."""
    more = len(problems) - _LISTED_PROBLEMS
    return "\n".join([*problems[:_LISTED_PROBLEMS], *([f"… +{more}"] if more > 0 else [])])


def from_row(row: dict[str, Any], default_id: str) -> JudgedQuestion:
    """Build a question from its JSON fields; the language is detected if the field is missing.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: a field is missing or has a wrong value. The caller
            converts them into a message.
    """
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
    """Convert the queries of a test collection into questions.

    The documents with a positive grade in the qrels are the expected ones. The unanswerable questions follow.
    """
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
