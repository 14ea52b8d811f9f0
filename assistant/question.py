"""A follow-up as a question of its own, by the model; its words must come from the conversation."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answers.model_output import read_sentences
from assistant.checking.figure_claims import claimed_figures
from assistant.llm.gateway import Gateway
from assistant.prompts import as_data, prompt
from kb.core.errors import SinziError
from kb.language.detect import detect
from kb.language.words import content_words, index_words

__all__ = ["rewritten"]

TURNS = 4  # earlier questions the model is shown
LONGEST_TOKENS = 96
# Of a rewritten question's words, this share must have been said; a model that makes up a topic is not heeded.
SAID = 0.7


def rewritten(gateway: Gateway, question: str, history: Sequence[str]) -> str | None:
    """Return the model's rewriting, or None where it fails or brings in what nobody said."""
    language = detect(question)
    earlier = [as_data(gateway.mask(one)) for one in list(history)[-TURNS:]]
    asked = prompt("rewrite", language, history=earlier, question=as_data(gateway.mask(question)))
    try:
        found = next(iter(read_sentences(gateway.stream(asked.system, asked.user, [], LONGEST_TOKENS))), None)
    except SinziError:
        return None
    text = gateway.unmask(found.text).strip(' 「」"“”') if found else ""
    return text if text and _is_faithful(text, question, history) else None


def _is_faithful(text: str, question: str, history: Sequence[str]) -> bool:
    said = "\n".join([*history, question])
    words = {word for part in content_words(text) for word in index_words(part)}
    known = set(index_words(said))
    own = {word for part in content_words(question) for word in index_words(part)}
    return (
        detect(text).is_chinese == detect(question).is_chinese
        and len(words & known) >= SAID * len(words)
        and len(own & words) >= SAID * len(own)
        and claimed_figures(text) <= claimed_figures(said)
    )
