"""Which card a message calls for, if any.

Three things speak for a card, and the first that is sure decides:

1. the message holds one of the organisation's own examples word for word, or is nearly the same as one,
2. the trained model finds an emergency, or a question about its procedure, of a subject that has a card,
3. the message is near the organisation's own examples of a card.

A message is read whole and clause by clause: an emergency may be one clause of a long story, or stand beside a
question on something ordinary. A message that follows an emergency and asks for nothing ordinary belongs to it:
「佢而家鎖咗門」 after 「舍友話想死」 has the same card.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.cards import card_model, subject_cards
from assistant.cards.card_examples import ExampleMatch, contains, match_examples
from assistant.cards.card_model import MessageScores
from assistant.cards.message_features import embedded_texts
from assistant.cards.subject_cards import Card, CardMatch, built_in_examples
from kb.core.settings import Settings
from kb.language.followup import is_follow_up
from kb.search.models import embedding
from kb.search.models.embedding_cache import EmbeddingCache
from kb.search.retriever import Retriever, embed_questions

__all__ = ["CardChooser", "card_chooser"]

# How many earlier messages are looked at for an emergency that the message belongs to.
_EARLIER = 3
# Of so many parts of a message at most the vectors are read, if their characters alone make a card so probable: each
# takes 8 ms, and half of all ordinary questions have parts.
_MOST_PARTS = 4
_MAY_DECIDE = 0.1
# Characters of the shortest part that is read alone, and how many parts are looked at.
_SHORTEST_PART = 3
_MOST_LOOKED_AT = 400
# The share of a message that an example in it must have to be what the message says.
_MOST_OF_MESSAGE = 0.5
_SENTENCE_END = re.compile(r"[。.!！?？\n]+")
_PART_END = re.compile(r"[，,、；;：:。.!！?？\n]+|\s{2,}")
# Vectors of the organisations' own examples; 2,000 take 3 MB.
_EXAMPLES = EmbeddingCache(2000)


@dataclass(frozen=True, slots=True)
class NearCard:
    """A card whose examples are near a message: how near all together are, and which one is nearest."""

    card: Card
    example: str
    match: ExampleMatch


@dataclass(frozen=True, slots=True)
class CardTrial:
    """What was found for a message that somebody tries.

    Attributes:
        match: the card; None if there is none.
        certainty: how sure it is that the message calls for a card, 0..1; a card is shown from 0.5 on.
        nearest: the nearest example of all cards in use; None where there is no card.
    """

    match: CardMatch | None
    certainty: float
    nearest: NearCard | None


class CardChooser:
    """Chooses among the cards that an organisation uses. A new object is cheap.

    Args:
        cards: the organisation's, as :func:`assistant.cards.subject_cards.listing` returns them.
    """

    def __init__(self, settings: Settings, cards: Sequence[Card]) -> None:
        self._settings = settings
        self._cards = {card.id: card for card in cards if card.enabled}
        self._own = {key: card.examples for key, card in self._cards.items() if card.examples}

    def find(self, message: str, history: Sequence[str] = ()) -> CardMatch | None:
        """Return the card that a message calls for; None if there is none.

        Args:
            history: earlier messages of the conversation, oldest first.
        """
        match = self._of_message(message)
        if match is not None and match.is_emergency and not match.others:
            return replace(match, goes_on=self._told_of(match.card, history))
        # What is unclear alone is about the emergency before, if there was one.
        return self._of_emergency_before(message, history) or match

    def card(self, card_id: str) -> Card | None:
        """Return the card of an id; None where the organisation does not use one."""
        return self._cards.get(card_id)

    def _told_of(self, card: Card, history: Sequence[str]) -> bool:
        """Whether one of the last messages told of an emergency of a card's subject."""
        before = filter(None, map(self._of_message, history[-_EARLIER:]))
        return any(one.is_emergency and one.card.id == card.id for one in before)

    def may_call_for_card(self, message: str) -> bool:
        """Whether a message may call for a card, told by its characters alone: the embedding model is not loaded."""
        # Half the threshold: in doubt the message is read with its vectors, which costs some milliseconds.
        doubtful = card_model.score(message, None).card >= 0.5 * card_model.thresholds().card_by_groups
        return doubtful or self._holds_example(message) is not None

    def try_message(self, message: str) -> CardTrial:
        """Return the card for a message alone, and what speaks for it."""
        match, limits = self._of_message(message), card_model.thresholds()
        found, limit = self._score(message)
        own = self._nearest(message, self._own)
        certainty = max(_certainty(found.card, limit), _certainty(own.match.score, limits.near) if own else 0.0)
        if self._holds_example(message) is not None:
            certainty = 1.0
        examples = {key: [*card.examples, *built_in_examples(key)] for key, card in self._cards.items()}
        return CardTrial(match, certainty, self._nearest(message, examples))

    def _of_message(self, message: str) -> CardMatch | None:
        limits = card_model.thresholds()
        found, limit = self._score(message)
        own = self._holds_example(message)
        near = self._nearest(message, self._own) if own is None else None
        if near is not None and near.match.cosine >= limits.same:
            own = near.card
        is_sure = found.is_emergency and found.card >= limit and found.subject in self._cards
        if own is not None and is_sure and own.id != found.subject and not self._is_example(message, own):
            return CardMatch(self._cards[found.subject], True, (own,))  # a word of an example hides no emergency
        if own is not None:
            return CardMatch(own, found.is_emergency)
        if found.card >= limit and found.subject in self._cards:
            others = [self._cards[one] for one in found.other_subjects() if one in self._cards]
            return CardMatch(self._cards[found.subject], found.is_emergency, tuple(others))
        if near is not None and near.match.score >= limits.near:
            return CardMatch(near.card, found.is_emergency)
        return None

    def _of_emergency_before(self, message: str, history: Sequence[str]) -> CardMatch | None:
        """Return the card of an emergency that an earlier message told of, if all messages since belong to it."""
        later = message
        for before in reversed(history[-_EARLIER:]):
            if not self._goes_on(later, before):
                return None
            if match := self._of_message(before):
                return replace(match, goes_on=True) if match.is_emergency else None
            later = before
        return None

    def _goes_on(self, message: str, before: str) -> bool:
        """Whether a message may belong to an emergency that the one before told of: it asks for nothing ordinary."""
        limits = card_model.thresholds()
        alone = self._read([message])[0].card
        return alone >= (limits.follow_up_pointing if is_follow_up(message, [before]) else limits.follow_up)

    def _score(self, message: str) -> tuple[MessageScores, float]:
        """Return the scores of a message, or of the sentence of it that decides, and the threshold for them."""
        limits = card_model.thresholds()
        limit = limits.card if self._reads_vectors else limits.card_by_groups
        whole = self._read([message])[0]
        if whole.card >= limit and whole.is_emergency:
            return whole, limit
        parts = _parts(message)
        if not parts:
            return whole, limit
        # All parts are read by their characters; those that say most are read with their vectors.
        scored = [(card_model.score(one, None).card, one) for one in parts]
        likely = [part for card, part in sorted(scored, key=lambda one: -one[0]) if card >= _MAY_DECIDE][:_MOST_PARTS]
        if not likely:
            return whole, limit
        best = max(self._read(likely), key=lambda one: one.card)
        return (best, limits.card_of_sentence) if best.card >= limits.card_of_sentence else (whole, limit)

    @cached_property
    def _reads_vectors(self) -> bool:
        return card_model.reads_vectors_of(embedding.identity(self._settings))

    def _read(self, messages: Sequence[str]) -> list[MessageScores]:
        if not self._reads_vectors:
            return [card_model.score(one, None) for one in messages]
        texts = [text for one in messages for text in embedded_texts(one)]
        vectors = embed_questions(self._settings, texts).reshape(len(messages), 2, -1)
        return [card_model.score(one, pair) for one, pair in zip(messages, vectors, strict=True)]

    def _is_example(self, message: str, card: Card) -> bool:
        """Whether a message says what an example of a card says, and little else."""
        held = contains(message, card.examples)
        if held is not None and len(card.examples[held]) >= _MOST_OF_MESSAGE * len(message):
            return True
        near = self._nearest(message, {card.id: card.examples})
        return near is not None and near.match.cosine >= card_model.thresholds().same

    def _holds_example(self, message: str) -> Card | None:
        held = (key for key, own in self._own.items() if contains(message, own) is not None)
        return next((self._cards[key] for key in held), None)

    def _nearest(self, message: str, examples: Mapping[str, Sequence[str]]) -> NearCard | None:
        """Return the card whose examples are nearest to a message; None without examples, or for another model."""
        if not examples or not self._reads_vectors:
            return None
        encoder = embedding.load(self._settings)
        vector = embed_questions(self._settings, [embedded_texts(message)[1]])[0]
        found = []
        for key, texts in examples.items():
            match = match_examples(vector, _EXAMPLES.queries(encoder, [embedded_texts(one)[1] for one in texts]))
            found.append(NearCard(self._cards[key], texts[match.nearest], match))
        return max(found, key=lambda one: one.match.score)


def _parts(message: str) -> list[str]:
    """Return the sentences of a message and their clauses: one may tell of an emergency beside an ordinary question."""
    pieces = dict.fromkeys([*_SENTENCE_END.split(message), *_PART_END.split(message)])
    found = (one.strip() for one in pieces if one != message)
    return [one for one in found if len(one) >= _SHORTEST_PART][:_MOST_LOOKED_AT]


def card_chooser(retriever: Retriever) -> CardChooser:
    """Return what chooses among the cards of the retriever's tenant."""
    return CardChooser(retriever.settings, subject_cards.listing(retriever.library))


def _certainty(value: float, threshold: float) -> float:
    """Return a value 0..1 so that its threshold is one half."""
    if value < threshold:
        return max(0.0, 0.5 * value / threshold)
    return min(1.0, 0.5 + 0.5 * (value - threshold) / (1.0 - threshold))
