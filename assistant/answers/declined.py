"""The answer to a question for other people's data: that it is not given here, and whom to ask."""

from __future__ import annotations

from assistant.answers.answer import Answer, Refusal
from assistant.messages import say
from kb.language.detect import detect

__all__ = ["REASON", "answer"]

REASON = "personal_data"


def answer(question: str, contact: str) -> Answer:
    """Return the answer, in the language of the question; no document is quoted.

    Args:
        contact: whom it names, "" for the asker's supervisor.
    """
    language = detect(question)
    return Answer(
        question=question,
        language=language,
        content=Refusal(say("personal_data", language), contact),
        reason=REASON,
        answerer="fixed",
        confidence=1.0,
        contact=contact,
    )
