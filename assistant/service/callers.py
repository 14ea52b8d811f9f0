"""The caller: a person with a role in a tenant, or a program with an API key. Only this module creates callers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa

from assistant.service.running_service import Service
from kb.core.errors import Forbidden, NotFound, Unauthenticated
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import accounts, api_keys, personal_data_rights, sessions
from kb.people.access import ROLES, Ability, Reach, Role, key_reach, reach
from kb.search.retriever import Retriever
from kb.store.tables.library_tables import CollectionRow, DocumentRow, VersionRow
from kb.store.tables.platform_tables import UserRow
from kb.store.tables.states import READABLE
from kb.store.tenants import Tenant

__all__ = [
    "Caller",
    "caller_of_key",
    "caller_of_person",
    "caller_on_this_computer",
    "check_still_allowed",
    "limit_questions",
]


@dataclass(frozen=True, slots=True)
class Caller:
    """A person with a role in a tenant, or a program with a key (then ``user`` and ``role`` are None).

    Attributes:
        library: the tenant's, as the caller may read it: with marks in place of people's data, except in the
            collections where the caller may see it.
        find_again: finds the caller again by the same session or key, with the rights of that moment; raises what the
            first request would have raised if it came now.
    """

    service: Service
    tenant: Tenant
    library: Library
    abilities: frozenset[Ability]
    reach: Reach
    actor: Actor
    user: UserRow | None
    role: Role | None
    find_again: Callable[[], Caller] = field(repr=False, compare=False)

    def retriever(self) -> Retriever:
        """Return the tenant's retriever; its passages are as the caller may read them, as in ``library``."""
        slugs = [slug for slug in self.reach.read if self.library.shows_personal_data(slug)]
        return self.service.retriever(self.tenant).seeing(slugs)

    def may(self, ability: Ability) -> bool:
        """Whether the caller has the ability."""
        return ability in self.abilities

    def collection(self, slug: str, *, edit: bool = False) -> CollectionRow:
        """Return a collection that the caller may read; with ``edit``, one that the caller may edit.

        Raises:
            NotFound: ``collection_not_found``, also for a collection that the caller may not read.
            Forbidden: ``not_allowed`` if the caller may read but not edit it.
        """
        if slug not in self.reach.read:
            raise NotFound("collection_not_found", collection=slug)
        if edit and slug not in self.reach.edit:
            raise Forbidden("not_allowed")
        return self.library.collection(slug)

    def document(self, document_id: int, *, edit: bool = False) -> tuple[CollectionRow, DocumentRow]:
        """Return a document that the caller may read (with ``edit``: edit), and its collection.

        Raises:
            NotFound: ``document_not_found``, also for a document that the caller may not read. One that has only drafts
                and withdrawn versions is there for its editors.
            Forbidden: ``not_allowed`` if the caller may read but not edit it.
        """
        with self.library.session() as session:
            row = session.get(DocumentRow, document_id)
            collection = session.get(CollectionRow, row.collection_id) if row else None
            versions = VersionRow.document_id == document_id, VersionRow.state.in_(READABLE)
            published = session.scalar(sa.select(sa.exists().where(*versions)))
        within = self.reach.read if published else self.reach.edit
        if row is None or collection is None or collection.slug not in within:
            raise NotFound("document_not_found", document=str(document_id))
        if edit and collection.slug not in self.reach.edit:
            raise Forbidden("not_allowed")
        return collection, row

    def searchable_collections(self, wanted: Iterable[str] | None) -> list[str]:
        """Return the slugs of the collections to search, sorted: ``wanted``, or all that the caller may read.

        Raises:
            NotFound: ``collection_not_found`` if the caller may not read one of them.
        """
        if wanted is None:
            return sorted(self.reach.read)
        chosen = sorted(set(wanted))
        for slug in chosen:
            if slug not in self.reach.read:
                raise NotFound("collection_not_found", collection=slug)
        return chosen


def caller_of_key(service: Service, token: str) -> Caller | None:
    """Return the program with the API key ``token``; None for a key that is unknown, expired or revoked."""
    key = api_keys.find(service.settings, token.strip()) if token else None
    if key is None:
        return None
    tenant = service.tenant(key.tenant_slug)
    library = service.library(tenant)
    abilities = frozenset(Ability(one) for one in key.abilities)
    within = key_reach(library, key.collections, Ability.EDIT in abilities)
    actor = Actor(f"key:{key.id}", key.name)

    def find_again() -> Caller:
        again = caller_of_key(service, token)
        if again is None:
            raise Unauthenticated("key_invalid")
        return again

    return Caller(service, tenant, library, abilities, within, actor, None, None, find_again)


def caller_of_person(service: Service, session_token: str, slug: str) -> Caller:
    """Return the person whose session it is, as a member of a tenant.

    Raises:
        Unauthenticated: ``signin_required``.
        NotFound: ``tenant_not_found``, also for a tenant of which the person is not a member.
    """
    signed_in = sessions.find(service.settings, session_token)
    if signed_in is None:
        raise Unauthenticated("signin_required")
    user = signed_in.user
    role = accounts.role_in(service.settings, user.id, slug)
    if role is None:
        raise NotFound("tenant_not_found", tenant=slug)
    tenant = service.tenant(slug)
    library = service.library(tenant)
    within, actor = reach(library, role, user.id), Actor(f"user:{user.id}", user.name)
    library = library.seeing(personal_data_rights.seen_by(library, role, user.id, within))

    def find_again() -> Caller:
        return caller_of_person(service, session_token, slug)

    return Caller(service, tenant, library, ROLES[role], within, actor, user, role, find_again)


def caller_on_this_computer(service: Service, tenant: Tenant, name: str, *, personal_data: bool = False) -> Caller:
    """Return a program on this computer. It has the rights of an owner, because it can read the data folder anyway.

    People's data it sees only if that is wanted: what it reads may go to a language model elsewhere.

    Args:
        personal_data: whether it sees people's data.
        name: of the program, for the audit trail.
    """
    library = service.library(tenant)
    within, actor = reach(library, Role.OWNER, 0), Actor("cli", name)
    library = library.seeing(within.read if personal_data else ())

    def find_again() -> Caller:
        return caller_on_this_computer(service, service.tenant(tenant.slug), name, personal_data=personal_data)

    return Caller(service, tenant, library, ROLES[Role.OWNER], within, actor, None, Role.OWNER, find_again)


def check_still_allowed(
    caller: Caller, ability: Ability, *, read: Iterable[str] = (), edit: Iterable[str] = ()
) -> None:
    """Check before each part of a long answer that the caller may still have it.

    Args:
        read: slugs of collections that the caller could read when the answer began.
        edit: slugs of collections that the caller could edit.

    Raises:
        Unauthenticated: ``signin_required``, ``key_invalid``.
        NotFound: ``tenant_not_found``.
        Forbidden: ``not_allowed`` if the ability or one of the collections is out of reach now.
    """
    again = caller.find_again()
    if not again.may(ability) or not again.reach.read.issuperset(read) or not again.reach.edit.issuperset(edit):
        raise Forbidden("not_allowed")


def limit_questions(caller: Caller) -> None:
    """Count a question of the caller and the tenant.

    The limits are KB_QUESTIONS_PER_MINUTE and KB_TENANT_QUESTIONS_PER_MINUTE.

    Raises:
        TooMany: ``too_many_requests``; the response has the header ``Retry-After``.
    """
    caller.service.limits.question(caller.tenant.slug, caller.actor.id)
