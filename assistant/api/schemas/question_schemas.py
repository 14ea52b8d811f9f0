"""The model of a question in a request."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assistant.api.schemas.bodies import Body
from assistant.cards.subject_cards import CardId
from kb.core.local_date import IsoDate

__all__ = ["Question", "QuestionText", "Slugs"]

QuestionText = Annotated[str, Field(min_length=1, max_length=20_000, examples=["病假要唔要醫生紙？"])]
Slugs = Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=200, examples=[["main"]])]


class Question(Body):
    """A question.

    By default all collections that the caller may read are searched, and the answer is for today (``as_of``). With
    ``card`` false no emergency card is looked for: the question is answered like any other. With the id of a card, as
    in ``others`` of a card that was shown, the question is answered with this card.
    """

    question: QuestionText
    collections: Slugs | None = None
    as_of: IsoDate | None = None
    generate: bool = True
    card: bool | CardId = True
