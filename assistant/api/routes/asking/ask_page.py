"""The page where people ask."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from assistant.api.auth.dependencies import PersonDep, TenantPerson
from assistant.conversations import conversation_store
from assistant.service.asking import script_of
from assistant.service.empty_library import next_step
from assistant.web.pages import render, texts

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
# Texts beside an emergency card, which is in the language of the question, whatever that of the pages is.
_CARD_TEXTS = (
    "emergency",
    "procedure",
    "procedure_wait",
    "no_emergency",
    "card_more",
    "card_others",
    "card_other_label",
)


@router.get("/t/{tenant}/ask")
def new_conversation(request: Request, person: PersonDep) -> HTMLResponse:
    return _page(request, person, None)


@router.get("/t/{tenant}/ask/{conversation}")
def conversation(
    request: Request, person: PersonDep, conversation: Annotated[int, Path(ge=1, le=2**31 - 1)]
) -> HTMLResponse:
    return _page(request, person, conversation_store.get(person.caller.library, person.id, conversation).id)


def _page(request: Request, person: TenantPerson, conversation: int | None) -> HTMLResponse:
    caller = person.caller
    readable = [row for row in caller.library.collections() if row.slug in caller.reach.read]
    start = {
        "conversation": conversation,
        "collections": [{"slug": row.slug, "name": row.name} for row in readable],
        "script": script_of(person.caller.library, person.id),
        "reasons": [reason for reason in conversation_store.REASONS if reason],
        "person": person.id,
        "editor": bool(caller.reach.edit),
        "card_texts": {
            locale: {name: words for name, words in texts("ask", locale).items() if name in _CARD_TEXTS}
            for locale in ("zh-HK", "en")
        },
        "next_step": next_step(caller, str(request.state.locale)),
    }
    return render(request, "ask/ask.html", start=start)
