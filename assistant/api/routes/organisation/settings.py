"""An organisation's settings: its name, the contact in a refusal, language models."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Manager
from assistant.api.schemas.bodies import Body, ContactText, Name, Slug
from assistant.llm import endpoint, model_choices
from assistant.llm.model_choices import ModelChoices
from assistant.service.callers import Caller
from kb.library import audit
from kb.store import tenants

__all__ = ["router", "show"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}/settings", tags=["settings"])


class ModelPublic(BaseModel):
    """The language model of this installation, and the organisation's settings for it."""

    configured: bool
    name: str
    host: str
    inside: bool = Field(
        description="Whether it runs on this computer or in a private network; no text leaves it then."
    )
    enabled: bool
    collections: list[str] = Field(description="Collections whose text may be sent outside the organisation's network.")


class SettingsPublic(BaseModel):
    """The settings that an owner can change."""

    name: str
    contact: str = Field(description="The contact in a refusal. Empty: the contact of the installation.")
    model: ModelPublic


class SettingsUpdate(Body):
    """The changes. A field that is left out stays as it is."""

    name: Name | None = Field(default=None, examples=["和諧長者服務社"])
    contact: ContactText | None = Field(default=None, examples=["人事部，內線 101"])


class ModelUpdate(Body):
    """Whether a language model may write answers, and which collections' text may be sent to an external model."""

    enabled: bool
    collections: list[Slug] = Field(default=[], max_length=500)


@router.get("", summary="Show an organisation's settings")
def show(caller: Manager) -> SettingsPublic:
    return _public(caller)


@router.patch("", summary="Change name and contact")
def change(body: SettingsUpdate, caller: Manager) -> SettingsPublic:
    tenants.change(caller.service.settings, caller.tenant.slug, name=body.name, contact=body.contact)
    audit.record(caller.library, caller.actor, "settings.change", fields=sorted(body.model_dump(exclude_none=True)))
    return _public(caller)


@router.put("/model", summary="Choose the use of language models")
def choose_model(body: ModelUpdate, caller: Manager) -> SettingsPublic:
    model_choices.save(caller.library, ModelChoices(body.enabled, tuple(dict.fromkeys(body.collections))))
    audit.record(caller.library, caller.actor, "settings.model", enabled=body.enabled, collections=body.collections)
    return _public(caller)


def _public(caller: Caller) -> SettingsPublic:
    settings = caller.service.settings
    tenant = tenants.get(settings, caller.tenant.slug)
    chosen = model_choices.read(caller.library)
    configured = endpoint.is_configured(settings)
    model: dict[str, Any] = {
        "configured": configured,
        "name": settings.llm_model if configured else "",
        "host": endpoint.host(settings) if configured else "",
        "inside": configured and endpoint.is_internal(settings),
        "enabled": chosen.enabled,
        "collections": list(chosen.collections),
    }
    contact = "" if tenant.contact == settings.contact else tenant.contact
    return SettingsPublic(name=tenant.name, contact=contact, model=ModelPublic(**model))
