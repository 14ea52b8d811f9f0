"""What an answerer gives back, and the wire shape of an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.answers.citations import Citation
from assistant.checking.claim_checker import Checked
from assistant.llm.egress_record import Egress
from kb.search.passage import Passage

__all__ = ["Answer"]


@dataclass(slots=True)
class Answer:
    """One answered (or refused) question.

    Attributes:
        answer: text in the language of the question, with markers ``[n]``.
        refused: whether the documents do not carry an answer.
        reason: why, for a program: "answered", "no_documents", "weak_evidence".
        answerer: who wrote the text: "llm" or "extractive".
        confidence: 0..1, that the evidence carries an answer.
        contexts: the best passages in order.
        ms: time of this question in milliseconds.
        searched: the question as it was searched for; a follow-up stands there as a question of its own.
        fallback: why the extractive answer stands in for the model's, ``""`` where it does not; the words for a
            person are ``say("fallback_<code>", …)``.
        card: the fixed card of a high-stakes subject, to be shown before the answer.
        egress: what a language model was given.
        sentences: what a language model wrote, sentence by sentence, with the verdict on each.
    """

    question: str
    language: str
    answer: str
    refused: bool
    reason: str
    answerer: str
    confidence: float = 0.0
    citations: list[Citation] = field(default_factory=list)
    contexts: list[Passage] = field(default_factory=list)
    ms: float = 0.0
    id: str | None = None
    searched: str = ""
    fallback: str = ""
    card: dict[str, Any] | None = None
    egress: Egress = field(default_factory=Egress)
    sentences: list[Checked] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the contract for scripts: keys and their order are stable."""
        return {
            "id": self.id,
            "question": self.question,
            "language": self.language,
            "answer": self.answer,
            "refused": self.refused,
            "reason": self.reason,
            "citations": [citation.as_dict() for citation in self.citations],
            "contexts": [
                {
                    "document": passage.document,
                    "page": passage.page,
                    "clause": passage.clause,
                    "text": passage.text,
                    "score": passage.score,
                }
                for passage in self.contexts
            ],
            "answerer": self.answerer,
            "confidence": round(self.confidence, 4),
            "ms": round(self.ms, 1),
            "egress": self.egress.as_dict(),
            "searched": self.searched or self.question,
            "fallback": self.fallback or None,
            "card": self.card,
        }
