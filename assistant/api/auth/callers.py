"""Who calls, and what they may: rights stand in a route's signature, as the type of its ``caller``.

A browser shows a session cookie, a program an API key (``Authorization: Bearer sinzi_…``). Every address of a
tenant carries ``{tenant}``; who has no part in that tenant gets 404, who lacks the ability 403.

    @router.get("/api/v1/tenants/{tenant}/collections")
    def listing(caller: Reader) -> list[CollectionPublic]: ...
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from assistant.api.http.security_headers import SAFE_METHODS
from assistant.service.running_service import Service, ServiceDep
from kb.core.errors import Forbidden, NotFound, Unauthenticated
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import accounts, api_keys, sessions
from kb.people.access import ROLES, Ability, Reach, Role, key_reach, reach
from kb.people.sessions import SignedIn
from kb.store.tables.library_tables import CollectionRow, DocumentRow
from kb.store.tables.platform_tables import ApiKeyRow, UserRow
from kb.store.tenants import Tenant

__all__ = [
    "COOKIE",
    "Asker",
    "Caller",
    "Editor",
    "Evaluator",
    "Manager",
    "MaybePerson",
    "Person",
    "Reader",
    "allows",
    "caller_of_key",
    "limit_questions",
]

COOKIE = "sinzi_session"
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="session")
_bearer = HTTPBearer(auto_error=False, scheme_name="key")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody in a tenant: a person with a role, or a program with a key (then ``user`` and ``role`` are None)."""

    service: Service
    tenant: Tenant
    library: Library
    abilities: frozenset[Ability]
    reach: Reach
    actor: Actor
    user: UserRow | None
    role: Role | None

    def may(self, ability: Ability) -> bool:
        return ability in self.abilities

    def collection(self, slug: str, *, edit: bool = False) -> CollectionRow:
        """Return a collection within reach.

        Raises:
            NotFound: ``collection_not_found``, also where there is one that the caller may not see.
            Forbidden: ``not_allowed`` where it may be read but not edited.
        """
        if slug not in self.reach.read:
            raise NotFound("collection_not_found", collection=slug)
        if edit and slug not in self.reach.edit:
            raise Forbidden("not_allowed")
        return self.library.collection(slug)

    def document(self, document_id: int, *, edit: bool = False) -> tuple[CollectionRow, DocumentRow]:
        """Return a document within reach, with its collection.

        Raises:
            NotFound: ``document_not_found``, also where there is one that the caller may not see.
            Forbidden: ``not_allowed`` where it may be read but not edited.
        """
        with self.library.session() as session:
            row = session.get(DocumentRow, document_id)
            collection = session.get(CollectionRow, row.collection_id) if row else None
        if row is None or collection is None or collection.slug not in self.reach.read:
            raise NotFound("document_not_found", document=str(document_id))
        if edit and collection.slug not in self.reach.edit:
            raise Forbidden("not_allowed")
        return collection, row

    def narrowed(self, wanted: Iterable[str] | None) -> list[str]:
        """Return the collections to search: those wanted, all of which must be within reach, or all within reach.

        Raises:
            NotFound: ``collection_not_found``.
        """
        if wanted is None:
            return sorted(self.reach.read)
        chosen = sorted(set(wanted))
        for slug in chosen:
            if slug not in self.reach.read:
                raise NotFound("collection_not_found", collection=slug)
        return chosen


def _signed_in(
    request: Request, service: ServiceDep, token: Annotated[str | None, Security(_cookie)]
) -> SignedIn | None:
    """Return the browser's session; a change must carry its CSRF token."""
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


def _person(found: Annotated[SignedIn | None, Depends(_signed_in)]) -> SignedIn:
    if found is None:
        raise Unauthenticated("signin_required")
    return found


MaybePerson = Annotated[SignedIn | None, Depends(_signed_in)]
Person = Annotated[SignedIn, Depends(_person)]


def _caller(
    request: Request,
    service: ServiceDep,
    tenant: Annotated[str, Path(description="The organisation's short name.", examples=["harmony"])],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    token: Annotated[str | None, Security(_cookie)],
) -> Caller:
    if credentials is not None:
        key = api_keys.find(service.settings, credentials.credentials)
        if key is None:
            raise Unauthenticated("signin_required")
        if key.tenant_slug != tenant:
            raise NotFound("tenant_not_found", tenant=tenant)
        found = caller_of_key(service, key)
    else:
        found = _caller_of(service, _person(_signed_in(request, service, token)).user, tenant)
    request.state.caller = found
    return found


def caller_of_key(service: Service, key: ApiKeyRow) -> Caller:
    """Return the caller an API key stands for."""
    home = service.tenant(key.tenant_slug)
    library = service.library(home)
    abilities = frozenset(Ability(one) for one in key.abilities)
    within = key_reach(library, key.collections, Ability.EDIT in abilities)
    return Caller(service, home, library, abilities, within, Actor(f"key:{key.id}", key.name), None, None)


def _caller_of(service: Service, user: UserRow, tenant: str) -> Caller:
    role = accounts.role_in(service.settings, user.id, tenant)
    if role is None:
        raise NotFound("tenant_not_found", tenant=tenant)
    home = service.tenant(tenant)
    library = service.library(home)
    actor = Actor(f"user:{user.id}", user.name)
    return Caller(service, home, library, ROLES[role], reach(library, role, user.id), actor, user, role)


@dataclass(frozen=True, slots=True)
class allows:  # noqa: N801 - reads as a verb where it is used
    """The dependency of routes that need ``ability``; the test of rights reads it off every route."""

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


def limit_questions(caller: Caller) -> None:
    """Count a question against the caller's and the tenant's allowance (KB_QUESTIONS_PER_MINUTE and its sister).

    Raises:
        TooMany: ``too_many_requests``; the answer carries ``Retry-After``.
    """
    caller.service.limits.question(caller.tenant.slug, caller.actor.id)
