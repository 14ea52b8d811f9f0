"""Stored answers without the content that their reader may not see, or not any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from assistant.conversations.stored_answer import StoredAnswer, StoredCitation, StoredEgress, StoredPlace, redacted
from assistant.sources.readable_versions import document_versions, is_readable
from kb.library.documents import DocumentVersion, Library
from kb.people.access import Reach
from kb.personal_data.concealment import conceal_text
from kb.publishing import personal_data_decisions
from kb.search.bilingual import pair_records

__all__ = ["concealed", "redact_unreadable"]


def redact_unreadable(
    library: Library, reach: Reach, answers: Iterable[tuple[StoredAnswer, datetime]]
) -> list[StoredAnswer]:
    """Return stored answers as their asker may see them now.

    An answer uses the documents that it quotes and those that a language model read for it. If one of them is deleted
    or withdrawn, or the asker may not read it today, or its people's data was masked since, the text and quotes of the
    answer are removed and ``withheld`` is set. If only the counterpart of a quote is not readable, only the counterpart
    is removed. People's data that the asker may not see today has marks in its place.

    Args:
        answers: each with the time of the question (UTC without a time zone).
    """
    kept = list(answers)
    quotes = [quote for one, _ in kept for quote in one.citations]
    others = [quote.twin for quote in quotes if quote.twin is not None]
    known = document_versions(library, _versions([*others, *(ref for one, _ in kept for ref in one.places)]))
    masked = personal_data_decisions.masked_at(library, list(known))
    with library.session() as session:
        pairs = pair_records.counterparts_of(session, {quote.chunk_id for quote in quotes}) if others else {}
    return [
        concealed(library, _with_readable_counterparts(one, at, _unmasked(known, masked, at), reach, pairs))
        if reach.read.issuperset(one.egress.collections)
        and all(_is_readable(ref, at, _unmasked(known, masked, at), reach) for ref in one.places)
        else _emptied(one)
        for one, at in kept
    ]


def concealed(library: Library, answer: StoredAnswer) -> StoredAnswer:
    """Return an answer with marks in place of people's data that a reader of ``library`` may not see.

    It was stored as its asker saw it then, who may have had the right. Of a document that is in a collection where the
    reader has it, nothing is hidden, unless the answer also uses one of another.
    """
    if all(map(library.shows_personal_data, answer.used_collections)):
        return answer
    known = library.private_words({one.chunk_id for one in answer.places})

    def shown(text: str) -> str:
        return conceal_text(text, known)

    return replace(
        answer,
        answer=shown(answer.answer),
        message=shown(answer.message),
        citations=tuple(replace(one, quote=shown(one.quote)) for one in answer.citations),
        nearest=tuple(replace(one, excerpt=shown(one.excerpt)) for one in answer.nearest),
        egress=replace(
            answer.egress,
            sent=tuple({name: shown(text) for name, text in message.items()} for message in answer.egress.sent),
        ),
    )


def _unmasked(
    known: dict[int, DocumentVersion], masked: dict[int, datetime], at: datetime
) -> dict[int, DocumentVersion]:
    """Return the versions without those that were masked after ``at``: an answer of before may quote what is hidden."""
    return {key: one for key, one in known.items() if key not in masked or masked[key] <= at} if masked else known


def _versions(refs: Iterable[StoredPlace]) -> set[int]:
    return {one.version_id for one in refs}


def _is_readable(ref: StoredPlace, at: datetime, known: dict[int, DocumentVersion], reach: Reach) -> bool:
    one = known.get(ref.version_id)
    return (
        one is not None
        and one.version.created_at <= at  # SQLite gives the id of a deleted version to a later one
        and is_readable(reach, one)
    )


def _with_readable_counterparts(
    answer: StoredAnswer, at: datetime, known: dict[int, DocumentVersion], reach: Reach, pairs: dict[int, list[int]]
) -> StoredAnswer:
    """Return an answer without the counterparts that are not readable any more or whose pair was rejected."""

    def lost(one: StoredCitation) -> bool:
        other = one.twin
        if other is None:
            return False
        return other.chunk_id not in pairs.get(one.chunk_id, ()) or not _is_readable(other, at, known, reach)

    if not any(lost(one) for one in answer.citations):
        return answer
    left = tuple(replace(one, twin=None) if lost(one) else one for one in answer.citations)
    return replace(answer, citations=left)


def _emptied(answer: StoredAnswer) -> StoredAnswer:
    """Return an answer without content. The collections that a language model read are removed too."""
    return replace(redacted(answer), egress=StoredEgress(left=answer.egress.left))
