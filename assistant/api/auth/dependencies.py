"""FastAPI dependencies that find the caller of a request and check the caller's rights.

The type of a route's ``caller`` says which right the route needs. A browser sends a session cookie. A program sends an
API key (``Authorization: Bearer sinzi_…``). Every path of a tenant contains ``{tenant}``. A caller who does not belong
to that tenant gets 404; a caller without the needed ability gets 403.

    @router.get("/api/v1/tenants/{tenant}/collections")
    def listing(caller: Reader) -> list[CollectionPublic]: ...
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from assistant.api.http.security_headers import SAFE_METHODS
from assistant.service.callers import Caller, caller_of_key, caller_of_person
from assistant.service.running_service import Service
from kb.core.errors import Forbidden, NotFound, Unauthenticated
from kb.people import sessions
from kb.people.access import Ability
from kb.people.sessions import SignedIn

COOKIE = "sinzi_session"
_cookie_scheme = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="session")
_bearer_scheme = HTTPBearer(auto_error=False, scheme_name="key")


def _get_service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


ServiceDep = Annotated[Service, Depends(_get_service)]


def _find_session(
    request: Request, service: ServiceDep, token: Annotated[str | None, Security(_cookie_scheme)]
) -> SignedIn | None:
    """Return the browser's session, or None if nobody is signed in.

    Raises:
        Forbidden: ``csrf_invalid`` if a request that changes something does not carry the session's CSRF token.
    """
    found = sessions.find(service.settings, token) if token else None
    if found is None:
        return None
    request.state.locale = found.user.locale
    request.state.csrf = found.csrf
    request.state.user = found.user
    if request.method not in SAFE_METHODS:
        sent = request.headers.get("x-csrf-token", "")
        if not secrets.compare_digest(sent.encode(), found.csrf.encode()):
            raise Forbidden("csrf_invalid")
    return found


def _person(found: Annotated[SignedIn | None, Depends(_find_session)]) -> SignedIn:
    if found is None:
        raise Unauthenticated("signin_required")
    return found


OptionalSignedInDep = Annotated[SignedIn | None, Depends(_find_session)]
SignedInDep = Annotated[SignedIn, Depends(_person)]


def _caller(
    request: Request,
    service: ServiceDep,
    tenant: Annotated[str, Path(description="The organisation's short name.", examples=["harmony"])],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer_scheme)],
    token: Annotated[str | None, Security(_cookie_scheme)],
) -> Caller:
    if credentials is not None:
        program = caller_of_key(service, credentials.credentials)
        if program is None:
            raise Unauthenticated("signin_required")
        if program.tenant.slug != tenant:
            raise NotFound("tenant_not_found", tenant=tenant)
        found = program
    else:
        _person(_find_session(request, service, token))
        found = caller_of_person(service, token or "", tenant)
    request.state.caller = found
    return found


@dataclass(frozen=True, slots=True)
class allows:  # noqa: N801 - reads as a verb where it is used
    """The dependency of routes that need ``ability``. The test of rights finds it on every route."""

    ability: Ability

    def __call__(self, caller: Annotated[Caller, Depends(_caller)]) -> Caller:
        if not caller.may(self.ability):
            raise Forbidden("not_allowed")
        return caller


Asker = Annotated[Caller, Depends(allows(Ability.ASK))]
Reader = Annotated[Caller, Depends(allows(Ability.READ))]
Editor = Annotated[Caller, Depends(allows(Ability.EDIT))]
Evaluator = Annotated[Caller, Depends(allows(Ability.EVALUATE))]
Manager = Annotated[Caller, Depends(allows(Ability.MANAGE))]


@dataclass(frozen=True, slots=True)
class TenantPerson:
    """A signed-in person in an organisation. Routes use it where an API key is not enough, as for conversations."""

    caller: Caller
    id: int

    def readable(self, collections: list[str] | None) -> list[str] | None:
        """Return those of ``collections`` that the person may still read, or None (which means all) if none is left."""
        return [slug for slug in collections or [] if slug in self.caller.reach.read] or None


def _tenant_person(caller: Asker) -> TenantPerson:
    if caller.user is None:
        raise Forbidden("not_allowed")
    return TenantPerson(caller=caller, id=caller.user.id)


PersonDep = Annotated[TenantPerson, Depends(_tenant_person)]


def _program(
    request: Request,
    service: ServiceDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer_scheme)],
) -> Caller:
    """Return the caller of an API key, for paths without a tenant.

    Raises:
        Unauthenticated: ``key_invalid``.
        Forbidden: ``not_allowed`` if the key may not ask.
    """
    caller = caller_of_key(service, credentials.credentials) if credentials else None
    if caller is None:
        raise Unauthenticated("key_invalid")
    request.state.caller = caller
    if not caller.may(Ability.ASK):
        raise Forbidden("not_allowed")
    return caller


Program = Annotated[Caller, Depends(_program)]
