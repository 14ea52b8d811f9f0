"""Erase the text of a deleted document from a tenant's test sets and runs: quotes, expected facts, answers, names.

Measures stay as they were. A question that only a deleted document answers is removed from its test set.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from eval.datasets import question_sets
from eval.datasets.question_files import JudgedQuestion
from eval.runs import results
from kb.core.settings import Settings
from kb.erasure.deleted_content import DeletedContent, strings_in
from kb.library.documents import Library
from kb.store.tables.library_tables import DocumentRow
from kb.store.tenants import Tenant

__all__ = ["erase_evaluations"]


def erase_evaluations(settings: Settings, tenant: Tenant, deleted: DeletedContent) -> None:
    """Erase test sets' and runs' text of deleted versions (:mod:`kb.publishing.erasure`)."""
    if deleted.is_everything:
        return  # these files go with the organisation's folder
    names = _names_only_here(Library(tenant), deleted)
    question_sets.change_all(tenant, lambda questions: _without(questions, deleted, names))
    for path in results.tenant_run_folder(tenant, ".").glob("*/*.jsonl"):
        _erase_rows(path, deleted, names)


def _names_only_here(library: Library, deleted: DeletedContent) -> set[str]:
    """Return the names of the deleted documents that no other document has."""
    names = set(deleted.names.values())
    others = sa.select(DocumentRow.name).where(DocumentRow.name.in_(names), DocumentRow.id.not_in(deleted.document_ids))
    with library.session() as session:
        return names - set(session.scalars(others))


def _without(questions: list[JudgedQuestion], deleted: DeletedContent, names: Collection[str]) -> list[JudgedQuestion]:
    """Return the questions without places in deleted documents, and without questions that have no other place."""
    kept = []
    for one in questions:
        quotes = deleted.occurs_in([place.evidence or "" for place in one.documents])
        places = tuple(
            place
            for place, quoted in zip(one.documents, quotes, strict=True)
            if not quoted and place.document not in names
        )
        changed = replace(one, documents=places)
        words = [one.question, *one.history, *(fact for alternatives in one.facts for fact in alternatives)]
        if (places or not one.documents) and not any(deleted.occurs_in(words)):
            kept.append(changed)
    return kept


def _erase_rows(path: Path, deleted: DeletedContent, names: Collection[str]) -> None:
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError):
        return
    texts = [list(strings_in(row)) for row in rows]
    found = deleted.occurs_in(["\n".join(one) for one in texts])
    hit = [repeats or not set(names).isdisjoint(one) for repeats, one in zip(found, texts, strict=True)]
    if any(hit):
        asked = deleted.occurs_in([str(row.get("question", "")) for row in rows])
        lines = [
            results.withheld_row(row, keep_question=not repeats) if empty else row
            for row, empty, repeats in zip(rows, hit, asked, strict=True)
        ]
        part = path.with_suffix(".part")
        part.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), encoding="utf-8")
        os.replace(part, path)
