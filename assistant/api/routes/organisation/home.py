"""The front door: to the set-up page, to signing in, or to asking."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from assistant.api.auth.dependencies import MaybePerson, ServiceDep
from kb.people import accounts

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/")
def front_door(service: ServiceDep, found: MaybePerson) -> RedirectResponse:
    if found is None:
        first = accounts.count(service.settings) == 0
        return RedirectResponse("/set-up" if first else "/sign-in", status_code=303)
    mine = accounts.memberships(service.settings, found.user.id)
    return RedirectResponse(f"/t/{mine[0].tenant}/ask" if mine else "/account", status_code=303)
