"""The clause that a question names by its number: 「第十一條講咩」, "what does clause 5.3 say".

The number of a clause stands beside the text, not in it, so no word of the question leads there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.evidence.quotable_spans import QuotableSpan
from ingest.structure.effective_dates import label_words
from kb.language.quantities.numerals import CLAUSE_NUMBER, ordinal
from kb.language.script import fold, half_width
from kb.library.documents import DocumentVersion, Library
from kb.search.passage import Passage
from kb.search.passage import passage as passage_of
from kb.search.retriever import SearchResult

__all__ = ["named_clauses"]

# The number of documents, those of the nearest passages, in which the clause is looked for.
_DOCUMENTS = 5
_DOTTED = r"\d{1,3}(?:\.\d{1,3}){0,5}"
_NAMED = re.compile(
    rf"第 ?(?P<ordinal>{_DOTTED}|{CLAUSE_NUMBER}) ?[條条款節节段](?!件)"
    rf"|\b(?:clause|article|section|paragraph|para\.?|rule) (?P<english>{_DOTTED})(?![\d.]*\d)"
    rf"|(?<![\d.])(?P<plain>\d{{1,3}}(?:\.\d{{1,3}}){{1,5}}) ?(?:[條条款節节段](?!件)|(?=講|寫|說|係咩|是什麼))",
    re.IGNORECASE,
)
_LABEL = re.compile(rf"{_DOTTED}|{CLAUSE_NUMBER}")
# Kinds of documents that people name before a number, beside those that documents call themselves.
_OTHER_DOCUMENTS = ("條例", "章程", "規例", "細則", "合約", "協議", "法例", "ordinance", "constitution", "contract")


@dataclass(frozen=True, slots=True)
class NamedClauses:
    """The clauses that a question names.

    Attributes:
        numbers: one number a level: 5.3 is (5, 3).
        documents: the words for a kind of document before the numbers (手冊, policy), folded; where there are any, only
            documents whose names have one of them count.
    """

    numbers: tuple[tuple[int, ...], ...]
    documents: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.numbers)

    def include(self, span: QuotableSpan) -> bool:
        """Whether a span is in one of the clauses, or in a part of it."""
        passage = span.passage
        return self._is_document(passage.title, passage.document) and self.is_one(passage.clause_at(span.start))

    def is_one(self, clause: str | None) -> bool:
        """Whether a clause path, as the records have it, is one of the clauses or a part of it."""
        label = _LABEL.search(clause or "")
        if label is None or (clause or "")[: label.start()].strip("第 ").lower() not in ("", "section", "article"):
            return False
        number = _number(label[0])
        return any(number[: len(one)] == one for one in self.numbers)

    def _is_document(self, title: str, name: str) -> bool:
        folded = fold(f"{title} {name}")
        return not self.documents or any(word in folded for word in self.documents)

    def passages(self, library: Library, found: SearchResult, versions: list[DocumentVersion]) -> list[Passage]:
        """Return the passages with these clauses, of the documents nearest to the question.

        Args:
            versions: those that were searched.
        """
        by_id = {one.version.id: one for one in versions}
        nearest = list(dict.fromkeys(one.version_id for one in found.passages if one.version_id in by_id))
        kept: list[Passage] = []
        for version_id in nearest[:_DOCUMENTS]:
            owner = by_id[version_id]
            if not self._is_document(owner.version.title, owner.document.name):
                continue
            for chunk in library.chunks_of(version_id):
                if any(self.is_one(str(clause)) for _, clause in chunk.clauses):
                    kept.append(passage_of(chunk, owner, score=found.passages[0].score))
        return kept


def named_clauses(question: str) -> NamedClauses:
    """Return the clauses that the question names."""
    plain = half_width(question)
    numbers: list[tuple[int, ...]] = []
    documents: set[str] = set()
    for match in _NAMED.finditer(plain):
        if match.lastgroup:
            numbers.append(_number(match[match.lastgroup]))
            documents |= set(_document_words(plain[: match.start()]))
    return NamedClauses(tuple(numbers), frozenset(documents))


def _number(text: str) -> tuple[int, ...]:
    return tuple(map(ordinal, text.split("."))) if text[:1].isascii() else (ordinal(text),)


def _document_words(before: str) -> Iterator[str]:
    """Yield the kind of document whose name ends the text before a number: 員工手冊 → 手冊."""
    text = fold(before).rstrip(" 》」的嘅")
    for word in (*label_words("document"), *_OTHER_DOCUMENTS):
        if text.endswith(fold(word)):
            yield fold(word)
