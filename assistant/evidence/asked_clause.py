"""The clause that a question names by its number: 「第十一條講咩」, "what does clause 5.3 say".

The number of a clause stands beside the text, not in it, so no word of the question leads there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.evidence.quotable_spans import QuotableSpan
from ingest.structure.effective_dates import label_words
from kb.language.quantities.numerals import CLAUSE_NUMBER, ordinal
from kb.language.script import fold, half_width
from kb.library.documents import DocumentVersion, Library
from kb.search.passage import Passage
from kb.search.passage import passage as passage_of
from kb.search.retriever import SearchResult

__all__ = ["is_named", "named_clauses", "passages_with"]

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

_Number = tuple[int, ...]


def named_clauses(question: str) -> list[_Number]:
    """Return the numbers of the clauses that the question names, one number a level: 5.3 is (5, 3)."""
    return [_number(match[0]) for match in _matches(question)]


def _matches(question: str) -> list[tuple[str, str]]:
    """Return each number with the text before it."""
    plain = half_width(question)
    found = [(match.lastgroup, match) for match in _NAMED.finditer(plain)]
    return [(match[name], plain[: match.start()]) for name, match in found if name]


def _number(text: str) -> _Number:
    return tuple(map(ordinal, text.split("."))) if text[:1].isascii() else (ordinal(text),)


def is_named(span: QuotableSpan, numbers: list[_Number]) -> bool:
    """Whether a span is in one of the clauses, or in a part of it."""
    return _is_one_of(span.passage.clause_at(span.start), numbers)


def _is_one_of(clause: str | None, numbers: list[_Number]) -> bool:
    label = _LABEL.search(clause or "")
    if label is None or (clause or "")[: label.start()].strip("第 ").lower() not in ("", "section", "article"):
        return False
    number = _number(label[0])
    return any(number[: len(one)] == one for one in numbers)


def passages_with(library: Library, found: SearchResult, versions: list[DocumentVersion]) -> list[Passage]:
    """Return the passages with the clauses that the question names, of the documents nearest to it.

    Where the question calls the document a manual, a policy …, only documents whose names have this word count.

    Args:
        versions: those that were searched.
    """
    asked = _matches(found.query.text)
    numbers = [_number(text) for text, _ in asked]
    if not numbers:
        return []
    words = {word for _, before in asked for word in _document_words(before)}
    by_id = {one.version.id: one for one in versions}
    nearest = list(dict.fromkeys(one.version_id for one in found.passages if one.version_id in by_id))
    kept: list[Passage] = []
    for version_id in nearest[:_DOCUMENTS]:
        owner = by_id[version_id]
        name = fold(f"{owner.version.title} {owner.document.name}")
        if words and not any(word in name for word in words):
            continue
        for chunk in library.chunks_of(version_id):
            if any(_is_one_of(str(clause), numbers) for _, clause in chunk.clauses):
                kept.append(passage_of(chunk, owner, score=found.passages[0].score))
    return kept


def _document_words(before: str) -> Iterator[str]:
    """Yield the kind of document whose name ends the text before a number: 員工手冊 → 手冊."""
    text = fold(before).rstrip(" 》」的嘅")
    for word in (*label_words("document"), *_OTHER_DOCUMENTS):
        if text.endswith(fold(word)):
            yield fold(word)
