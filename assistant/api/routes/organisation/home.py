"""``/``: redirect to the set-up page, the sign-in page, the page where people ask, or the account page."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from assistant.api.auth.dependencies import OptionalSignedInDep, ServiceDep
from kb.people import accounts

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(service: ServiceDep, signed_in: OptionalSignedInDep) -> RedirectResponse:
    if signed_in is None:
        is_first_start = accounts.count(service.settings) == 0
        return RedirectResponse("/set-up" if is_first_start else "/sign-in", status_code=303)
    memberships = accounts.memberships(service.settings, signed_in.user.id)
    return RedirectResponse(f"/t/{memberships[0].tenant}/ask" if memberships else "/account", status_code=303)
