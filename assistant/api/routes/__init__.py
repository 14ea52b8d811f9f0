"""One file per group of addresses, each with a ``router``; :data:`router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from assistant.api import health, metrics
from assistant.api.openai import routes as openai
from assistant.api.routes import (
    account,
    account_reset,
    ask,
    ask_page,
    audit,
    collections,
    conversations,
    document_changes,
    document_twins,
    documents,
    glossary,
    home,
    invitations,
    invitations_accept,
    keys,
    library,
    members,
    messages,
    rights,
    session,
    session_oidc,
    settings,
    setup,
    source_page,
    sources,
    task_pages,
    tasks,
    twin_page,
    uploads,
    usage,
)

__all__ = ["router"]

router = APIRouter()
for part in (
    home,
    session,
    session_oidc,
    setup,
    account,
    account_reset,
    invitations_accept,
    members,
    invitations,
    rights,
    keys,
    audit,
    ask,
    ask_page,
    conversations,
    messages,
    source_page,
    sources,
    openai,
    health,
    metrics,
    collections,
    document_changes,
    document_twins,
    documents,
    glossary,
    library,
    settings,
    tasks,
    task_pages,
    twin_page,
    uploads,
    usage,
):
    router.include_router(part.router)
