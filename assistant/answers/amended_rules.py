"""A circular that changes a manual: where the quoted clause is amended, the answer gives the new rule first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from assistant.answers.citations import cite
from assistant.evidence.gather import Evidence
from assistant.evidence.quotable_spans import QuotableSpan, spans_of
from assistant.messages import say
from kb.language.detect import Language
from kb.language.script import fold
from kb.library.documents import DocumentVersion, Library
from kb.search.passage import Passage
from kb.search.passage import passage as passage_of
from kb.store.tables.library_tables import AmendmentRow

__all__ = ["AmendedRule", "find_amended_rule"]


@dataclass(frozen=True, slots=True)
class AmendedRule:
    """The span with the new rule, and the day since which it is in force (None: unknown)."""

    span: QuotableSpan
    since: date | None

    def note(self, language: Language) -> str:
        """Return the sentence that informs the reader of the change."""
        since = say("since", language, date=self.since.isoformat()) if self.since else ""
        where = say("place", language, title=self.span.passage.title, where="")
        return say("amended", language, place=where, since=since)


def find_amended_rule(library: Library, evidence: Evidence, *quoted: QuotableSpan) -> AmendedRule | None:
    """Return the amendment of the first quoted clause that another document in force on the day changes; else None."""
    clauses = [(span.passage, clause) for span in quoted if (clause := cite(0, span).clause)]
    if not clauses:
        return None
    in_force = library.in_force(evidence.found.as_of, evidence.collections)
    by_version = {document_version.version.id: document_version for document_version in in_force}
    statements = _statements(library, list(by_version))
    for passage, clause in clauses:
        for row in statements:
            document_version = by_version[row.version_id]
            concerns = row.version_id != passage.version_id and _same_document(row, passage)
            in_effect = row.effective_from is None or row.effective_from <= evidence.found.as_of
            if concerns and in_effect and _contains_clause(row.clause, clause):
                span = _new_rule(library, document_version, row.clause or clause)
                if span:
                    return AmendedRule(span, row.effective_from or document_version.version.effective_from)
    return None


def _statements(library: Library, versions: list[int]) -> list[AmendmentRow]:
    query = sa.select(AmendmentRow).where(AmendmentRow.version_id.in_(versions)).order_by(AmendmentRow.id.desc())
    with library.session() as session:
        return list(session.scalars(query))


def _contains_clause(stated: str | None, clause: str) -> bool:
    return stated is not None and (clause == stated or clause.startswith((stated + ".", stated + "(")))


def _same_document(row: AmendmentRow, best: Passage) -> bool:
    """Whether the amendment's hint names the document of the passage. Without a hint it names no document."""
    if not row.document_hint:
        return False
    hint = re.sub(r"\W+", "", fold(row.document_hint))
    names = [re.sub(r"\W+", "", fold(name)) for name in (best.title, best.document.rsplit(".", 1)[0])]
    return bool(hint) and any(hint in name or name in hint for name in names if name)


def _new_rule(library: Library, document_version: DocumentVersion, clause: str) -> QuotableSpan | None:
    """Return the first sentence of the amending version that names the clause."""
    named = re.compile(rf"(?<![\d.]){re.escape(clause)}(?![\d.]*\d)")
    for chunk in library.chunks_of(document_version.version.id):
        if named.search(chunk.text):
            for span in spans_of(passage_of(chunk, document_version)):
                if named.search(span.text):
                    return span
    return None
