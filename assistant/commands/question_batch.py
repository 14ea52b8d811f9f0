"""Read questions from a file for scripts, one JSON object in UTF-8 per line."""

from __future__ import annotations

import codecs
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.turn import Turn
from kb.core.errors import InputError
from kb.core.local_date import parse_date

__all__ = ["BatchLine", "BrokenLine", "read"]


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A turn and its tenant (``None``: the one on the command line)."""

    turn: Turn
    tenant: str | None


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """An invalid line and its error. The turn has only the id and the question, if they can be read."""

    turn: Turn
    error: InputError


def read(path: Path) -> Iterator[BatchLine | BrokenLine]:
    """Read a question file line by line; empty lines are skipped.

    Only a line feed ends a line: JSON strings may contain every other line separator of Unicode.

    The error of a broken line is ``batch_line_invalid``, ``batch_history_invalid`` or ``date_invalid``.

    Raises:
        InputError: ``file_missing``.
    """
    if not path.is_file():
        raise InputError("file_missing", name=str(path))
    for number, raw in enumerate(path.read_bytes().removeprefix(codecs.BOM_UTF8).split(b"\n"), start=1):
        if raw.strip():
            yield _line(raw, number, path.name)


def _line(raw: bytes, number: int, name: str) -> BatchLine | BrokenLine:
    try:
        fields = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return BrokenLine(Turn(""), _invalid(name, number, f"JSON: {error}"))
    if not isinstance(fields, dict):
        return BrokenLine(Turn(""), _invalid(name, number, "JSON: object expected"))
    try:
        return _parsed(fields, number, name)
    except InputError as error:
        question = fields.get("question")
        return BrokenLine(Turn(question if isinstance(question, str) else "", id=_id(fields)), error)


def _no_constant(constant: str) -> object:
    """Refuse NaN and Infinity, which Python's reader takes but JSON does not have."""
    raise ValueError(f"{constant} is not JSON")


def _parsed(fields: dict[str, Any], number: int, name: str) -> BatchLine:
    question, tenant = fields.get("question"), fields.get("tenant")
    if not _is_encodable(fields):
        raise _invalid(name, number, "UTF-8: lone surrogate")
    if fields.get("id") is not None and _id(fields) is None:
        raise _invalid(name, number, "id: string or number expected")
    if not isinstance(question, str):
        raise _invalid(name, number, "question: string expected")
    if not isinstance(tenant, str | None):
        raise _invalid(name, number, "tenant: string expected")
    card = fields.get("card")
    turn = Turn(
        question=question,
        history=_history(fields.get("history"), number, name),
        as_of=parse_date(fields.get("as_of")),
        id=_id(fields),
        card=card if isinstance(card, str) and card else card is not False,
    )
    return BatchLine(turn, tenant)


def _is_encodable(fields: dict[str, Any]) -> bool:
    """Return whether all texts of a line can be written as UTF-8. JSON's escapes may write half a character."""
    try:
        json.dumps(fields, ensure_ascii=False).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _id(fields: dict[str, Any]) -> str | None:
    """Return the id as text; None for none, and for what is not a text or a finite number."""
    identity = fields.get("id")
    if not isinstance(identity, str | int | float) or identity in (math.inf, -math.inf):
        return None
    return str(identity)


def _history(entries: object, number: int, name: str) -> list[str]:
    """Return the earlier questions. Each is given as text or as a message; messages of the assistant are left out.

    Raises:
        InputError: ``batch_history_invalid``.
    """
    listed = entries or []
    texts = [_question_text(entry) for entry in listed] if isinstance(listed, list) else [None]
    questions = [text for text in texts if text is not None]
    if len(questions) < len(texts):
        raise InputError("batch_history_invalid", name=name, line=number)
    return [text for text in questions if text]


def _question_text(entry: object) -> str | None:
    """Return the text of an earlier question, "" for a message of the assistant, None for an invalid entry."""
    if isinstance(entry, dict):
        entry = entry.get("content") if entry.get("role", "user") == "user" else ""
    return entry if isinstance(entry, str) else None


def _invalid(name: str, number: int, reason: str) -> InputError:
    return InputError("batch_line_invalid", name=name, line=number, reason=reason)
