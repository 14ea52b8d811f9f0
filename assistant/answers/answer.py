"""An answer, which is built once and not changed. A refusal is data, and its text is composed from the data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.answers.citations import Citation, cite, place, shortened
from assistant.answers.cited_text import CitedText
from assistant.cards.card_text import card_text
from assistant.checking.claim_checker import Checked
from assistant.evidence.quotable_spans import QuotableSpan
from assistant.llm.egress_record import Egress
from assistant.messages import say
from kb.language.detect import Language
from kb.search.passage import Passage

__all__ = ["EMERGENCY", "EMERGENCY_OVER", "UNSURE", "Answer", "Refusal"]

# The ``reason`` of the answer to an emergency, and of the reply to what ends one.
EMERGENCY = "emergency"
EMERGENCY_OVER = "emergency_over"

# Below this confidence, the answer says that the quotes may not be the answer.
UNSURE = 0.45
# The number of characters that a refusal shows of each nearest passage.
EXCERPT = 60


@dataclass(frozen=True, slots=True)
class Refusal:
    """The content of an answer where the documents have no answer.

    Attributes:
        message: the sentence that says so.
        contact: the person to ask; "" where the organisation has not named one, None where the question is invalid and
            nobody could answer it.
        nearest: of each passage most similar to the question, best first, the span that answers best.
    """

    message: str
    contact: str | None = None
    nearest: tuple[QuotableSpan, ...] = ()

    def sentences(self, language: str) -> str:
        """Return the message and the person to ask, one line each."""
        if self.contact is None:
            return self.message
        asked = Language(language)
        whom = say("ask", asked, contact=self.contact) if self.contact else say("ask_nobody", asked)
        return f"{self.message}\n{whom}"

    def text(self, language: str) -> str:
        """Return :meth:`sentences`, and below them the nearest passages, one line each."""
        lines = [self.sentences(language)]
        if self.nearest:
            asked = Language(language)
            lines.append(say("nearest", asked))
            for span in self.nearest:
                lines.append(f"· {place(cite(0, span), asked)}：{shortened(' '.join(span.text.split()), EXCERPT)}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered (or refused) question.

    Attributes:
        question: as typed.
        language: of the question, a :class:`~kb.language.detect.Language`; "" where it is unknown.
        content: the text in that language with its citations, or the refusal; in an emergency the quotes of the
            organisation's own procedure, which may be none.
        reason: for programs: "answered", "near_miss", "no_question", "no_documents", "weak_evidence", "emergency",
            "emergency_over", "personal_data", "unknown_person", or the code of an error.
        answerer: who wrote the text: "llm" or "extractive"; "fixed" for a card and for the reply to a greeting.
        confidence: the probability, 0..1, that the evidence contains an answer.
        contexts: the best passages in order.
        ms: the time from question to answer, in milliseconds.
        id: the caller's identifier of the question.
        searched: the question that was searched for; of a follow-up, the rewritten question.
        fallback: the code of why the extractive answer replaces the model's, ``""`` where it does not. The message for
            a person is ``say("fallback_<code>", …)``.
        card: the fixed card of a high-stakes subject, which is shown before the answer; in an emergency the text begins
            with it.
        egress: what was sent to a language model.
        contact: whom to ask further, "" for the asker's supervisor.
        sentences: the sentences that a language model wrote, each with its verdict.
    """

    question: str
    language: str
    content: CitedText | Refusal
    reason: str
    answerer: str
    confidence: float = 0.0
    contexts: list[Passage] = field(default_factory=list)
    ms: float = 0.0
    id: str | None = None
    searched: str = ""
    fallback: str = ""
    card: dict[str, Any] | None = None
    egress: Egress = field(default_factory=Egress)
    contact: str = ""
    sentences: list[Checked] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether this is a refusal, because the documents have no answer."""
        return isinstance(self.content, Refusal)

    @property
    def unsure(self) -> bool:
        """Whether the quotes may not answer the question."""
        return not self.refused and self.confidence < UNSURE

    @property
    def text(self) -> CitedText:
        """The whole text; for a refusal with the nearest passages, in an emergency with the card first."""
        if isinstance(self.content, Refusal):
            return CitedText((self.content.text(self.language),))
        if self.reason == EMERGENCY and self.card is not None:
            return CitedText((card_text(self.card),)) + self.content
        return self.content

    @property
    def citations(self) -> list[Citation]:
        """The citations of the text, in the order of their markers; none for a refusal."""
        return self.text.citations

    @property
    def procedure(self) -> list[Citation]:
        """In an emergency the quotes of the organisation's own procedure; otherwise none."""
        return self.citations if self.reason == EMERGENCY else []

    @property
    def answer(self) -> str:
        """The whole text with markers ``[n]``."""
        return str(self.text)

    @property
    def message(self) -> str:
        """The whole text with markers ``[n]``; for a refusal without the nearest passages."""
        if isinstance(self.content, Refusal):
            return self.content.sentences(self.language)
        return str(self.text)

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as JSON data for scripts; keys and their order are stable."""
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
            "procedure": [citation.as_dict() for citation in self.procedure],
        }
