"""From the typed question to the question that is searched for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answers.model_output import read_sentences
from assistant.checking.figure_claims import claimed_figures
from assistant.llm.gateway import Gateway
from assistant.prompts import as_data, prompt
from kb.core.errors import SinziError
from kb.language.detect import detect
from kb.language.followup import is_follow_up, standalone
from kb.language.words import content_words, index_words

__all__ = ["EarlierQuestion", "SearchQuestion", "standalone_question", "understand"]

# The number of earlier questions that the model sees.
MAX_EARLIER_QUESTIONS = 4
# Token limit of a rewritten question.
MAX_TOKENS = 96
# At least this share of the rewritten question's words must come from the conversation. This rejects a rewriting in
# which the model makes up a topic.
MIN_WORD_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class EarlierQuestion:
    """An earlier question of the conversation, and the slugs of the collections that it was about."""

    text: str
    collections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchQuestion:
    """The question that is searched for.

    Attributes:
        text: the question. It can be understood without the conversation.
        sendable: the question for a language model: without words of earlier questions that may not be sent to it.
    """

    text: str
    sendable: str


def understand(question: str, history: Sequence[EarlierQuestion], gateway: Gateway | None) -> SearchQuestion:
    """Return the question to search for.

    A follow-up becomes a question of its own. The language model rewrites it where there is one and the result is
    faithful to the conversation; otherwise rules do.

    The model gets only those earlier questions whose collections may all be sent to it. Without any of them it is not
    asked, and nothing is sent.

    Args:
        question: as typed.
        history: earlier questions, oldest first.
        gateway: to the language model; None where no model may be used.
    """
    text = sendable = standalone_question(question, [one.text for one in history])
    if gateway is not None and text != question:
        allowed = [one for one in history if one.collections and all(map(gateway.may_receive, one.collections))]
        rewritten = _rewrite(gateway, question, allowed) if allowed else None
        if len(allowed) == len(history):
            text = sendable = rewritten or text
        else:
            sendable = rewritten or standalone_question(question, [one.text for one in allowed])
    return SearchQuestion(text, sendable)


def standalone_question(question: str, history: Sequence[str]) -> str:
    """Return the question with the topic of the earlier questions if it is a follow-up, otherwise unchanged.

    Rules only; no model is used.
    """
    earlier = list(history)
    return standalone(question, earlier) if earlier and is_follow_up(question, earlier) else question


def _rewrite(gateway: Gateway, question: str, history: Sequence[EarlierQuestion]) -> str | None:
    """Return the model's rewriting; None if the model fails or if the rewriting is not faithful."""
    language, last = detect(question), history[-MAX_EARLIER_QUESTIONS:]
    earlier = [as_data(gateway.mask(one.text)) for one in last]
    about = [slug for one in last for slug in one.collections]
    request = prompt("rewrite", language, history=earlier, question=as_data(gateway.mask(question)))
    try:
        found = next(iter(read_sentences(gateway.stream(request, [], MAX_TOKENS, about))), None)
    except SinziError:
        return None
    text = gateway.unmask(found.text).strip(' 「」"“”') if found else ""
    return text if text and _is_faithful(text, question, [one.text for one in history]) else None


def _is_faithful(text: str, question: str, history: Sequence[str]) -> bool:
    """Whether a rewriting keeps the language and most words of the question, and adds little to the conversation.

    Every figure of the rewriting must be in the conversation.
    """
    conversation = "\n".join([*history, question])
    words = {word for part in content_words(text) for word in index_words(part)}
    known = set(index_words(conversation))
    question_words = {word for part in content_words(question) for word in index_words(part)}
    return (
        detect(text).is_chinese == detect(question).is_chinese
        and len(words & known) >= MIN_WORD_SHARE * len(words)
        and len(question_words & words) >= MIN_WORD_SHARE * len(question_words)
        and claimed_figures(text) <= claimed_figures(conversation)
    )
