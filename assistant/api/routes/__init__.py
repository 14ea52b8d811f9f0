"""The routes: each module has a ``router``, and :data:`router` includes them all."""

from __future__ import annotations

from fastapi import APIRouter

from assistant.api.openai import openai_routes as openai
from assistant.api.routes.asking import ask, ask_page, conversations, messages, source_page, sources
from assistant.api.routes.library import (
    collections,
    document_changes,
    document_pairs,
    documents,
    glossary,
    library_pages,
    pair_page,
    personal_data,
    uploads,
)
from assistant.api.routes.operations import health, home_screen, metrics
from assistant.api.routes.organisation import (
    audit,
    cards,
    contacts,
    egress,
    erasures,
    first_page,
    home,
    settings,
    usage,
)
from assistant.api.routes.people import (
    account,
    account_reset,
    invitations,
    invitations_accept,
    keys,
    members,
    rights,
    session,
    session_oidc,
    setup,
)
from assistant.api.routes.writing import task_pages, tasks

__all__ = ["router"]

router = APIRouter()
for module in (
    home,
    contacts,
    cards,
    first_page,
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
    egress,
    ask,
    ask_page,
    conversations,
    messages,
    source_page,
    sources,
    openai,
    health,
    home_screen,
    metrics,
    collections,
    document_changes,
    document_pairs,
    documents,
    glossary,
    library_pages,
    settings,
    tasks,
    task_pages,
    pair_page,
    personal_data,
    uploads,
    usage,
    erasures,
):
    router.include_router(module.router)
