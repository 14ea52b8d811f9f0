"""Cards for high-stakes subjects: the page for owners, what is on the cards, and which card a message would show."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Manager
from assistant.api.schemas.bodies import Body
from assistant.cards import subject_cards
from assistant.cards.card_choice import card_chooser
from assistant.cards.subject_cards import Card, built_in_examples
from assistant.web.pages import render
from kb.library import audit

__all__ = ["router"]

router = APIRouter(tags=["settings"])
_PATH = "/api/v1/tenants/{tenant}/settings/cards"


class Cards(Body):
    """All cards."""

    cards: list[Card] = Field(max_length=subject_cards.MOST_CARDS, examples=[[]])


class CardTrialBody(Body):
    """A message as somebody might type it."""

    text: str = Field(min_length=1, max_length=2000, examples=["有院友唔見咗，點算？"])


class NearestExamplePublic(BaseModel):
    """The example that is nearest to the message, and the card that it belongs to."""

    card: str
    title: dict[Literal["zh-HK", "en"], str]
    text: str


class CardTrialPublic(BaseModel):
    """What a message would show."""

    card: str | None = Field(description="The id of the card; null where none would be shown.")
    title: dict[Literal["zh-HK", "en"], str] | None
    is_emergency: bool = Field(description="False where the message asks about the procedure: the card is shown small.")
    certainty: float = Field(description="How sure it is that the message calls for a card, 0 to 1; shown from 0.5 on.")
    nearest: NearestExamplePublic | None


@router.get(_PATH, summary="List the cards for high-stakes subjects")
def list_cards(caller: Manager) -> Cards:
    return Cards(cards=subject_cards.listing(caller.library))


@router.put(_PATH, summary="Change the cards")
def save_cards(body: Cards, caller: Manager) -> Cards:
    """Replace all cards. A message about a subject shows its card before any answer.

    A built-in card that is left out is switched off.
    """
    kept = subject_cards.save(caller.library, [one.model_dump() for one in body.cards])
    off = [card.id for card in kept if not card.enabled]
    audit.record(caller.library, caller.actor, "settings.cards", cards=len(kept), off=off)
    return Cards(cards=kept)


@router.delete(_PATH, status_code=204, response_class=Response, summary="Restore the built-in cards")
def reset_cards(caller: Manager) -> None:
    subject_cards.reset(caller.library)
    audit.record(caller.library, caller.actor, "settings.cards", cards="reset")


@router.post(f"{_PATH}/try", summary="Try which card a message would show")
def try_card(body: CardTrialBody, caller: Manager) -> CardTrialPublic:
    """Nothing of the message is kept."""
    retriever = caller.service.retriever(caller.tenant)
    found = card_chooser(retriever).try_message(retriever.checked(body.text))
    near = found.nearest
    return CardTrialPublic(
        card=found.match.card.id if found.match else None,
        title=found.match.card.title if found.match else None,
        is_emergency=bool(found.match and found.match.is_emergency),
        certainty=round(found.certainty, 3),
        nearest=NearestExamplePublic(card=near.card.id, title=near.card.title, text=near.example) if near else None,
    )


@router.get("/t/{tenant}/manage/cards", include_in_schema=False)
def page(request: Request, caller: Manager) -> HTMLResponse:
    cards = [(card, built_in_examples(card.id)) for card in subject_cards.listing(caller.library)]
    return render(request, "manage/cards.html", cards=cards)
