"""The evaluators' part of the service: its addresses and pages, registered in pyproject's entry points."""

from __future__ import annotations

from fastapi import APIRouter

from eval.service import hits, logged, pages, runs, testsets

__all__ = ["router"]

router = APIRouter()
for part in (hits, testsets, runs, logged, pages):
    router.include_router(part.router)
