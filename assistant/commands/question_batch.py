"""Many questions from a file, one JSON object a line: the contract for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.turn import Turn
from kb.core.dates import parse_date
from kb.core.errors import InputError

__all__ = ["BatchLine", "read"]


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A turn and the tenant it is for (``None``: the one named on the command line)."""

    turn: Turn
    tenant: str | None


def read(path: Path) -> Iterator[BatchLine]:
    """Read a question file line by line; empty lines are skipped.

    Raises:
        InputError: ``file_missing``, ``batch_line_invalid``, ``date_invalid``.
    """
    if not path.is_file():
        raise InputError("file_missing", name=str(path))
    for number, raw in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if raw.strip():
            yield _line(raw, number, path.name)


def _line(raw: str, number: int, name: str) -> BatchLine:
    try:
        fields: dict[str, Any] = json.loads(raw)
        question = fields["question"]
        history = [_said(entry) for entry in fields.get("history") or []]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("batch_line_invalid", name=name, line=number, reason=repr(error)) from error
    if not isinstance(question, str):
        raise InputError("batch_line_invalid", name=name, line=number, reason="question: string expected")
    identity = fields.get("id")
    turn = Turn(
        question=question,
        history=[text for text in history if text],
        as_of=parse_date(fields.get("as_of")),
        id=None if identity is None else str(identity),
    )
    return BatchLine(turn, fields.get("tenant"))


def _said(entry: Any) -> str:
    """Return the text of an earlier question; what the assistant said does not count."""
    if isinstance(entry, str):
        return entry
    return str(entry["content"]) if entry.get("role", "user") == "user" else ""
