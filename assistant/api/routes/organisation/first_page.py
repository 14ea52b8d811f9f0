"""The first page of a new organisation: three steps from an empty library to a first answer."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import PersonDep
from assistant.api.routes.people.invitations import invite_form
from assistant.api.schemas.bodies import Body
from assistant.service import first_steps
from assistant.web.pages import render
from kb.people.access import Ability

__all__ = ["router"]

router = APIRouter(tags=["people"])
_PATH = "/api/v1/tenants/{tenant}/first-steps"


class FirstStepsPublic(BaseModel):
    """What an organisation has done of its first steps."""

    document: bool = Field(description="Whether a document can be asked about.")
    colleague: bool = Field(description="Whether somebody else is a member or invited.")
    question: bool = Field(description="Whether a question was asked in the pages.")
    dismissed: bool = Field(description="Whether this person wants to be led no more.")
    offered: bool = Field(description="Whether this person can do them: uploads documents or invites people.")


class FirstStepsUpdate(Body):
    """Whether the person wants to be led no more."""

    dismissed: bool


@router.get(_PATH, summary="Show the first steps of an organisation")
def show(person: PersonDep) -> FirstStepsPublic:
    return FirstStepsPublic.model_validate(first_steps.first_steps(person.caller, person.id), from_attributes=True)


@router.put(_PATH, summary="Show or hide the first steps")
def change(body: FirstStepsUpdate, person: PersonDep) -> FirstStepsPublic:
    first_steps.dismiss(person.caller, person.id, body.dismissed)
    return show(person)


@router.get("/t/{tenant}/start", include_in_schema=False)
def page(request: Request, person: PersonDep) -> Response:
    caller = person.caller
    steps = first_steps.first_steps(caller, person.id)
    if not steps.offered:
        return RedirectResponse(f"/t/{caller.tenant.slug}/ask", status_code=303)
    editable = [row for row in caller.library.collections() if row.slug in caller.reach.edit]
    start = {
        "collections": [{"slug": row.slug, "name": row.name, "editable": True} for row in editable],
        "takes": caller.service.intake is not None and bool(editable),
        "limits": {"file_mb": caller.service.settings.max_file_mb},
    }
    inviting = invite_form(request, caller) if caller.may(Ability.MANAGE) else None
    return render(request, "start/first-steps.html", start=start, steps=steps, editor=True, inviting=inviting)
