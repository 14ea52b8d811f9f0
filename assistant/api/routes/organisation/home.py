"""``/``: redirect to the set-up page, the sign-in page, the first steps, the page where people ask, or the account."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from assistant.api.auth.dependencies import COOKIE, OptionalSignedInDep, ServiceDep
from assistant.service.callers import caller_of_person
from assistant.service.first_steps import first_steps
from kb.people import accounts

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request, service: ServiceDep, signed_in: OptionalSignedInDep) -> RedirectResponse:
    if signed_in is None:
        is_first_start = accounts.count(service.settings) == 0
        return RedirectResponse("/set-up" if is_first_start else "/sign-in", status_code=303)
    memberships = accounts.memberships(service.settings, signed_in.user.id)
    if not memberships:
        return RedirectResponse("/account", status_code=303)
    slug = memberships[0].tenant
    steps = first_steps(caller_of_person(service, request.cookies.get(COOKIE, ""), slug), signed_in.user.id)
    return RedirectResponse(f"/t/{slug}/{'start' if steps.led else 'ask'}", status_code=303)
