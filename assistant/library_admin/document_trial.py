"""Try a question on one document: the ranks of its passages among all that the asker may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["try_question"]


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage of the document; ``rank`` counts from 1 among the passages of all documents."""

    rank: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of a trial.

    Attributes:
        considered: the number of passages that were ranked.
        first: the passage with rank 1, of any document; None if there was none.
        placed: the passages of the document, best first.
    """

    considered: int
    first: Passage | None
    placed: list[RankedPassage]


def try_question(retriever: Retriever, question: str, collections: Sequence[str], version_ids: set[int]) -> Trial:
    """Search as for a question asked today, and return the ranks of the versions ``version_ids``.

    Raises:
        InputError: ``question_empty``, ``question_too_long``.
        Misconfigured: ``model_mismatch``.
    """
    # Dense and lexical search each return this number of candidates for each of the two languages.
    most = 4 * retriever.settings.candidates
    ranked = retriever.retrieve(question, limit=most, collections=collections)
    placed = [RankedPassage(rank, one) for rank, one in enumerate(ranked, 1) if one.version_id in version_ids]
    return Trial(len(ranked), ranked[0] if ranked else None, placed)
