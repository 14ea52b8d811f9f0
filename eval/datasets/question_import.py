"""An evaluator's file → a question file that a test set may have. Runs in a worker process, under limits."""

from __future__ import annotations

from pathlib import Path

from eval.datasets import question_files, question_sheet
from kb.core.errors import FileRejected, InputError

__all__ = ["MAX_QUESTIONS", "SUFFIXES", "convert"]

MAX_QUESTIONS = 5000
SUFFIXES = (".csv", ".xlsx", ".jsonl")
_MAX_BYTES = 5 * 2**20


def convert(source: Path, name: str, result: Path) -> None:
    """Read a table (CSV, XLSX) or JSON lines and write the question file ``result``.

    Args:
        source: its suffix is one of ``SUFFIXES``.
        name: of the file, for its errors.

    Raises:
        InputError: ``questions_invalid``, ``testset_too_large``, ``file_broken``.
        FileRejected: ``file_too_large`` if the questions are too long in all.
    """
    reader = question_files if source.suffix == ".jsonl" else question_sheet
    try:
        questions = reader.read(source, MAX_QUESTIONS)
    except UnicodeDecodeError as error:
        raise InputError("file_broken", name=name) from error
    except InputError as error:
        raise InputError(
            error.code, **{**error.detail, **({"name": name} if "name" in error.detail else {})}
        ) from error
    question_files.write(result, questions)
    size = result.stat().st_size
    if size > _MAX_BYTES:
        raise FileRejected("file_too_large", name=name, size_mb=round(size / 2**20), limit_mb=_MAX_BYTES // 2**20)
