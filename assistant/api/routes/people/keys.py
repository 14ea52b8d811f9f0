"""API keys for programs. A key has chosen abilities and collections."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Manager
from assistant.api.http.addresses import absolute_url
from assistant.api.schemas.bodies import Body, Choice, Id, Name, Slug
from assistant.web.pages import render
from kb.library import audit
from kb.people import api_keys
from kb.people.access import Ability
from kb.store.tables.columns import now
from kb.store.tables.platform_tables import ApiKeyRow

__all__ = ["router"]

router = APIRouter(tags=["people"])
_PATH = "/api/v1/tenants/{tenant}/keys"


class KeyCreate(Body):
    """What the key may do, and in which collections."""

    name: Name = Field(examples=["Intranet search"])
    abilities: Annotated[list[Choice[Ability]], Field(min_length=1, max_length=5)] = Field(examples=[["ask", "read"]])
    collections: Annotated[list[Slug], Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="Short names of collections; null for the collections that are open to everyone."
    )
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class KeyPublic(BaseModel):
    """A key, without its token."""

    id: int
    name: str
    prefix: str = Field(description="The beginning of the token, to tell keys apart.")
    abilities: list[Ability]
    collections: list[str] | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    state: str = Field(description="active, expired or revoked.")


class KeyWithToken(KeyPublic):
    """A new key with its token. The token is shown only once."""

    token: str = Field(examples=["sinzi_…"])


@router.get(_PATH, summary="List API keys")
def listing(caller: Manager) -> list[KeyPublic]:
    return [KeyPublic(**_key_fields(row)) for row in api_keys.listing(caller.service.settings, caller.tenant.slug)]


@router.post(_PATH, summary="Make an API key", status_code=201)
def create(body: KeyCreate, caller: Manager) -> KeyWithToken:
    """Make a key. Its token is shown only once. A key can never manage people or settings."""
    assert caller.user is not None
    collections = None if body.collections is None else caller.searchable_collections(body.collections)
    ends = now() + timedelta(days=body.expires_in_days) if body.expires_in_days else None
    row, token = api_keys.create(
        caller.service.settings, caller.tenant.slug, body.name, body.abilities, collections, caller.user.id, ends
    )
    audit.record(caller.library, caller.actor, "key.create", row.name, prefix=row.prefix, abilities=row.abilities)
    return KeyWithToken(**_key_fields(row), token=token)


@router.delete(_PATH + "/{key_id}", summary="Revoke an API key", status_code=204)
def revoke(key_id: Id, caller: Manager) -> None:
    """Revoke a key for good."""
    row = api_keys.revoke(caller.service.settings, caller.tenant.slug, key_id)
    audit.record(caller.library, caller.actor, "key.revoke", row.name, prefix=row.prefix)


def _key_fields(row: ApiKeyRow) -> dict[str, Any]:
    times = {name: getattr(row, name) for name in ("created_at", "expires_at", "used_at")}
    return {
        "id": row.id,
        "name": row.name,
        "prefix": row.prefix,
        "abilities": row.abilities,
        "collections": row.collections,
        "state": api_keys.state_of(row),
        **{name: value and value.replace(tzinfo=UTC) for name, value in times.items()},
    }


@router.get("/t/{tenant}/manage/keys", include_in_schema=False, response_class=HTMLResponse)
def page(request: Request, caller: Manager) -> Response:
    return render(
        request,
        "manage/keys.html",
        keys=listing(caller),
        collections=caller.library.collections(),
        abilities=[one for one in Ability if one in api_keys.ALLOWED],
        address=absolute_url(request, caller.service.settings, ""),
    )
