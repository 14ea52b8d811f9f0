"""The test sets of a tenant: question files ``<tenant>/eval/sets/<name>.jsonl``.

An evaluator makes them on the page or from a spreadsheet.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from eval.datasets import question_files as files
from eval.datasets.question_files import JudgedQuestion
from eval.datasets.question_import import MAX_QUESTIONS
from kb.core.errors import Conflict, InputError, NotFound
from kb.store.tenants import Tenant

__all__ = ["TestSet", "add", "change_all", "create", "delete", "get", "listing", "path_of", "remove"]

NAME = re.compile(r"[\w\-.（）() ]{1,60}")
# Two requests may change the same file at once. Only one thread at a time reads a file and writes it again.
_WRITE_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class TestSet:
    """A named list of questions."""

    __test__ = False  # pytest: not a test
    name: str
    questions: list[JudgedQuestion]


def path_of(tenant: Tenant, name: str) -> Path:
    """Return the path of a test set's file.

    Raises:
        InputError: ``testset_name_invalid``.
    """
    if not NAME.fullmatch(name) or name.strip(". ") != name:
        raise InputError("testset_name_invalid", name=name[:60])
    return tenant.home / "eval" / "sets" / f"{name}.jsonl"


def listing(tenant: Tenant) -> list[TestSet]:
    """Return all test sets of the tenant, sorted by name."""
    found = sorted((tenant.home / "eval" / "sets").glob("*.jsonl"))
    return [TestSet(path.stem, _read(path)) for path in found]


def get(tenant: Tenant, name: str) -> TestSet:
    """Return a test set.

    Raises:
        NotFound: ``testset_not_found``.
    """
    path = path_of(tenant, name)
    if not path.is_file():
        raise NotFound("testset_not_found", name=name)
    return TestSet(name, _read(path))


def _read(path: Path) -> list[JudgedQuestion]:
    return files.read(path) if path.stat().st_size else []


def create(tenant: Tenant, name: str, questions: list[JudgedQuestion]) -> TestSet:
    """Create a test set.

    Raises:
        Conflict: ``testset_exists``.
        InputError: ``testset_name_invalid``, ``testset_too_large``.
    """
    path = path_of(tenant, name)
    with _WRITE_LOCK:
        if path.is_file():
            raise Conflict("testset_exists", name=name)
        return _write(path, questions)


def add(tenant: Tenant, name: str, question: JudgedQuestion) -> JudgedQuestion:
    """Add a question to a test set and return it with its new id. A missing test set is created.

    Raises:
        Conflict: ``question_in_testset``: the set has the same question with the same history.
    """

    def with_question(known: list[JudgedQuestion]) -> list[JudgedQuestion]:
        if any((one.question, one.history) == (question.question, question.history) for one in known):
            raise Conflict("question_in_testset", name=name)
        return [*known, replace(question, id=_free_id(known))]

    return _update(tenant, name, with_question, must_exist=False).questions[-1]


def remove(tenant: Tenant, name: str, question_id: str) -> TestSet:
    """Remove a question and return the changed set.

    Raises:
        NotFound: ``testset_not_found``, ``question_not_found``.
    """

    def without_question(known: list[JudgedQuestion]) -> list[JudgedQuestion]:
        remaining = [one for one in known if one.id != question_id]
        if len(remaining) == len(known):
            raise NotFound("question_not_found")
        return remaining

    return _update(tenant, name, without_question, must_exist=True)


def delete(tenant: Tenant, name: str) -> None:
    """Delete a test set; its runs remain.

    Raises:
        NotFound: ``testset_not_found``.
    """
    get(tenant, name)
    path_of(tenant, name).unlink()


def change_all(tenant: Tenant, change: Callable[[list[JudgedQuestion]], list[JudgedQuestion]]) -> None:
    """Change the questions of every test set of the tenant. A file that cannot be read is left as it is."""
    for path in (tenant.home / "eval" / "sets").glob("*.jsonl"):
        with _WRITE_LOCK:
            try:
                known = _read(path)
            except InputError:
                continue
            changed = change(known)
            if changed != known:
                _write(path, changed)


def _update(
    tenant: Tenant, name: str, change: Callable[[list[JudgedQuestion]], list[JudgedQuestion]], *, must_exist: bool
) -> TestSet:
    path = path_of(tenant, name)
    with _WRITE_LOCK:
        if must_exist and not path.is_file():
            raise NotFound("testset_not_found", name=name)
        return _write(path, change(_read(path) if path.is_file() else []))


def _write(path: Path, questions: list[JudgedQuestion]) -> TestSet:
    if len(questions) > MAX_QUESTIONS:
        raise InputError("testset_too_large", limit=MAX_QUESTIONS)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    files.write(temporary, questions)
    os.replace(temporary, path)
    return TestSet(path.stem, questions)


def _free_id(known: list[JudgedQuestion]) -> str:
    taken = {one.id for one in known}
    return next(f"q{number}" for number in range(len(known) + 1, 2 * len(known) + 2) if f"q{number}" not in taken)
