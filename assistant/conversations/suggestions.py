"""Questions offered in an empty conversation: those stored for a collection, or made from headings in its documents."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

import sqlalchemy as sa

from assistant.messages import interface
from kb.core import data_files
from kb.core.local_date import today
from kb.language.detect import is_chinese
from kb.language.script import is_han
from kb.library.documents import Library
from kb.personal_data.concealment import holds_marks
from kb.store.tables.activity_tables import SuggestionRow
from kb.store.tables.library_tables import CollectionRow

__all__ = ["MOST", "replace", "stored", "suggest"]

# The most questions that are stored for a collection, and the number that is offered.
MOST = 12
OFFERED = 4
_NUMBERED = re.compile(
    r"^(?:第[一二三四五六七八九十百\d]+[章節條部篇]|附[錄件表][一二三四五六七八九十\dA-Z]*|[A-Za-z]?\d+(?:\.\d+)*[.、)]?|[一二三四五六七八九十]+、"
    r"|(?:Chapter|Part|Section|Annex|Appendix)\s+\w+)[\s\u3000:：.、–-]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question and the slug of its collection."""

    collection: str
    question: str


def stored(library: Library, collection: CollectionRow) -> list[str]:
    """Return the questions stored for a collection, in order."""
    query = sa.select(SuggestionRow.question).where(SuggestionRow.collection_id == collection.id)
    with library.session() as session:
        return list(session.scalars(query.order_by(SuggestionRow.ordinal, SuggestionRow.id)))


def replace(library: Library, collection: CollectionRow, questions: Sequence[str]) -> None:
    """Store ``questions`` for a collection; they replace earlier ones. Without any, headings of documents are used."""
    with library.transaction() as session:
        session.execute(sa.delete(SuggestionRow).where(SuggestionRow.collection_id == collection.id))
        session.add_all(
            SuggestionRow(collection_id=collection.id, ordinal=ordinal, question=question)
            for ordinal, question in enumerate(questions)
        )


def suggest(library: Library, collections: Sequence[str], locale: str) -> list[Suggestion]:
    """Return a few questions for ``collections``. They are the same for a whole day.

    Documents in the language of the interface are preferred. A heading becomes a question about the text below it, so
    every question is about something in the documents.
    """
    chance = random.Random(f"{today()} {library.tenant.slug}")  # noqa: S311 - variety, not secrecy
    found: list[Suggestion] = []
    for slug in collections:
        found += [Suggestion(slug, question) for question in stored(library, library.collection(slug))]
    chance.shuffle(found)
    if len(found) < OFFERED:
        found += [one for one in _from_headings(library, collections, locale, chance) if one not in found]
    return found[:OFFERED]


def _from_headings(
    library: Library, collections: Sequence[str], locale: str, chance: random.Random
) -> list[Suggestion]:
    """Return questions about documents, those in the reader's language first; of few documents several each."""
    english = locale == "en"
    versions = library.in_force(today(), collections)
    chance.shuffle(versions)
    versions.sort(key=lambda one: is_chinese(one.version.language) == english)
    by_document: list[list[Suggestion]] = []
    for document_version in versions:
        if len(by_document) == OFFERED:
            break
        title = document_version.version.title or document_version.document.name
        headings = _headings(library, document_version.version.id) if _short(title) else []
        if headings:
            slug = document_version.collection.slug
            chosen = chance.sample(headings, min(OFFERED, len(headings)))
            by_document.append([Suggestion(slug, _asked(title, heading)) for heading in chosen])
    # one of each document, then a second of each
    return [one for round_ in zip_longest(*by_document) for one in round_ if one is not None][:OFFERED]


def _asked(title: str, heading: str) -> str:
    return interface("suggested", "zh-HK" if is_han(heading[0]) else "en", title=title, heading=heading)


def _short(title: str) -> bool:
    """Whether a title can be part of a question: it is a short name, not a slogan or a file number."""
    return len(title) <= (40 if title.isascii() else 16) and not re.search(r"[|｜:：\d【]", title)


def _headings(library: Library, version_id: int) -> list[str]:
    """Return the headings of a version that name a subject by themselves, without their numbers."""
    sections = [one for one in library.outline(version_id) if one.clause is not None]
    bare = [_NUMBERED.sub("", one.heading).strip() for one in sections if not holds_marks(one.heading)]
    return [heading for heading in dict.fromkeys(bare) if _telling(heading)]


def _telling(heading: str) -> bool:
    if not heading or heading.casefold() in _general() or re.search(r"[:：。；;?？]", heading):
        return False
    if is_han(heading[0]):
        return 2 <= len(heading) <= 14
    return heading[0].isalpha() and 2 <= len(heading.split()) <= 6


@cache
def _general() -> frozenset[str]:
    """Headings that say nothing without their document, case-folded."""
    return frozenset(line.casefold() for line in data_files.lines("assistant.conversations", "general_headings.txt"))
