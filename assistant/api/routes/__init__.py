"""One file per group of addresses, each with a ``router``; :data:`router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from assistant.api.routes import home

__all__ = ["router"]

router = APIRouter()
for part in (home,):
    router.include_router(part.router)
