"""Where the documents in force have no answer: what a document says that has ended, or begins to hold later.

Such a rule is never given as the current one. The answer begins with the day on which the document ended, or from which
it holds.
"""

from __future__ import annotations

from datetime import timedelta

from assistant.answers.answer import UNSURE, Answer
from assistant.answers.extractive import JUST_UNSURE, quoted_answer
from assistant.answers.refusal import confidence, threshold
from assistant.evidence.gather import Evidence, gather
from assistant.messages import say
from kb.language.detect import Language
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["answer"]


def answer(retriever: Retriever, evidence: Evidence, current: Answer) -> Answer | None:
    """Return the answer of a document that is not in force on the day, None where none has it.

    A sure answer of the documents in force stands. One that is unsure stands against one that is unsure.

    Args:
        evidence: of the documents in force, with ``current``, the answer from it.
    """
    found = evidence.found
    if current.confidence >= UNSURE or not retriever.library.out_of_force(found.as_of, evidence.collections):
        return None
    other = gather(retriever, found.query.text, evidence.collections, found.as_of, in_force=False)
    needed = threshold() if current.refused else UNSURE
    if not other.spans or confidence(other) < max(needed, current.confidence):
        return None
    lead = _lead(other.spans[0].span.passage, other, found.query.language)
    return quoted_answer(retriever, other, lead, min(confidence(other), JUST_UNSURE))


def _lead(passage: Passage, evidence: Evidence, language: Language) -> str:
    """Return the sentence that says that a document has ended, or from when it holds."""
    begins, ended = passage.effective_from, passage.effective_to
    if begins is not None and begins > evidence.found.as_of:
        return say("not_yet_in_force", language, title=passage.title, date=begins.isoformat())
    last = ended - timedelta(days=1) if ended else evidence.found.as_of
    return say("no_longer_in_force", language, title=passage.title, date=last.isoformat())
