"""Groups questions with a refused or disliked answer; the largest group is first.

The result does not say who asked. A question is left out if it may be about something that the evaluator may not read:
the words of a question, and of the comment on its answer, can tell what stands there. An emergency is left out too: its
answer is a card, and its words are about a person. Questions are in one group if their embeddings are similar to that
of the group's newest question.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from pydantic import ValidationError

from assistant.answers.answer import EMERGENCY, EMERGENCY_OVER
from assistant.conversations.redaction import concealed
from assistant.conversations.stored_answer import StoredAnswer
from assistant.personal_requests import declined, named_person
from assistant.service.callers import Caller
from assistant.sources.readable_versions import document_versions
from kb.core.errors import Misconfigured
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people.access import Role
from kb.personal_data.concealment import conceal_text
from kb.search.models import embedding
from kb.search.models.embedding_cache import EmbeddingCache
from kb.store.tables.activity_tables import FeedbackRow, MessageRow
from kb.store.tables.columns import now

__all__ = ["groups", "visible_to"]

# Two questions count as the same if the cosine of their e5 vectors is at least this.
# Measured on 18 topics, each asked in three ways. The median cosine of a topic's Cantonese and written-Chinese question
# was .936; for questions of different topics, 99 of 100 pairs were below .916.
SAME_QUESTION_COSINE = 0.92
MAX_MESSAGES = 500
# Each request for the page embeds mostly the same questions. 4,000 vectors take 6 MB.
_VECTOR_CACHE = EmbeddingCache(4000)


@dataclass(frozen=True, slots=True)
class LoggedQuestion:
    """A question with its answer and the reason of the refusal or the feedback.

    Attributes:
        reason: the reason code of the refusal, or of the feedback if disliked.
        comment: the comment of the feedback; empty for a refusal.
    """

    message_id: int
    question: str
    language: str
    asked_at: datetime
    trouble: Literal["refused", "disliked"]
    reason: str
    comment: str
    answer: StoredAnswer


@dataclass(slots=True)
class QuestionGroup:
    """Questions with the same meaning, newest first."""

    questions: list[LoggedQuestion] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return sum(one.trouble == "refused" for one in self.questions)

    @property
    def disliked(self) -> int:
        return sum(one.trouble == "disliked" for one in self.questions)


def visible_to(caller: Caller) -> frozenset[str] | None:
    """Return the collections whose questions the caller may see: None, which means every question, for an owner."""
    return None if caller.role is Role.OWNER else caller.reach.read


def groups(
    settings: Settings, library: Library, collections: Collection[str] | None, days: int = 90
) -> list[QuestionGroup]:
    """Return the groups of the last ``days`` days, largest first.

    Args:
        collections: slugs that the evaluator may read; None for an owner, who sees every question. For others a
            question is left out unless it belongs to these collections: by what its answer quotes, shows or sent to a
            language model, or, if that is nothing, by what was searched. One whose sources have been deleted belongs
            to nothing.
    """
    asked = _failed_questions(library, days)
    if collections is not None:
        asked = _within(library, asked, frozenset(collections))
    asked = [_as_readable(library, one) for one in asked]
    if not asked:
        return []
    vectors = _VECTOR_CACHE.queries(embedding.load(settings), [one.question for one in asked])
    found: list[tuple[int, QuestionGroup]] = []
    for index, one in enumerate(asked):
        similarities = [(float(vectors[index] @ vectors[first]), group) for first, group in found]
        best = max(similarities, key=lambda pair: pair[0], default=None)
        if best is not None and best[0] >= SAME_QUESTION_COSINE:
            best[1].questions.append(one)
        else:
            found.append((index, QuestionGroup([one])))
    return sorted((group for _, group in found), key=lambda group: -len(group.questions))


def _as_readable(library: Library, one: LoggedQuestion) -> LoggedQuestion:
    """Return a question with marks in place of people's data, unless the evaluator may see it where it belongs."""
    about = one.answer.used_collections or set(one.answer.collections)
    if about and all(map(library.shows_personal_data, about)):
        return one
    answer = concealed(library, one.answer)
    return replace(one, question=conceal_text(one.question), comment=conceal_text(one.comment), answer=answer)


def _failed_questions(library: Library, days: int) -> list[LoggedQuestion]:
    query = (
        sa.select(MessageRow, FeedbackRow)
        .outerjoin(FeedbackRow, FeedbackRow.message_id == MessageRow.id)
        .where(
            MessageRow.asked_at >= now() - timedelta(days=days),
            # no document is missing there
            MessageRow.reason.not_in((declined.REASON, named_person.UNKNOWN, EMERGENCY, EMERGENCY_OVER)),
            sa.or_(sa.and_(MessageRow.refused, sa.func.coalesce(FeedbackRow.verdict, 0) <= 0), FeedbackRow.verdict < 0),
        )
        .order_by(MessageRow.id.desc())
        .limit(MAX_MESSAGES)
    )
    with library.session() as session:
        found = [_logged(message, feedback) for message, feedback in session.execute(query)]
    return [one for one in found if one is not None]


def _logged(message: MessageRow, feedback: FeedbackRow | None) -> LoggedQuestion | None:
    """Return the question; None where its answer cannot be read here (a newer program wrote it): its places, and so
    who may see it, are unknown."""
    try:
        answer = StoredAnswer.from_json(message.answer)
    except (Misconfigured, ValidationError):
        return None
    disliked = feedback is not None and feedback.verdict < 0
    return LoggedQuestion(
        message_id=message.id,
        question=answer.searched or message.question,
        language=message.language,
        asked_at=message.asked_at,
        trouble="disliked" if disliked else "refused",
        reason=feedback.reason if feedback is not None and disliked else message.reason,
        comment=feedback.comment if feedback is not None and disliked else "",
        answer=answer,
    )


def _within(library: Library, asked: list[LoggedQuestion], collections: frozenset[str]) -> list[LoggedQuestion]:
    """Return the questions that belong to ``collections``, both when they were asked and today."""
    known = document_versions(library, {place.version_id for one in asked for place in one.answer.places})
    made = {row.slug: row.created_at for row in library.collections() if row.slug in collections}

    def is_there(version_id: int, asked_at: datetime) -> bool:
        found = known.get(version_id)
        # SQLite gives the id of a deleted version to a later one.
        return found is not None and found.version.created_at <= asked_at and found.collection.slug in collections

    def belongs(one: LoggedQuestion) -> bool:
        answer = one.answer
        used = answer.used_collections
        if answer.withheld or not used <= collections:
            return False
        if not answer.places:
            # A collection made again under an old name is another one.
            there = {slug for slug, at in made.items() if at <= one.asked_at}
            return bool(answer.collections) and there.issuperset(answer.collections)
        return all(is_there(place.version_id, one.asked_at) for place in answer.places)

    return [one for one in asked if belongs(one)]
