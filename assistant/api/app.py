"""The application: every floor's routers, the pages' static files, and what runs beside them while it lives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import entry_points, version
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from assistant.api import errors, intake
from assistant.api.errors import ErrorBody
from assistant.api.headers import Guard
from assistant.api.service import Service
from kb.settings import Settings

__all__ = ["create"]

_DESCRIPTION = """Ask an organisation's own documents, look after them, and measure the answers.

A program shows an API key (`Authorization: Bearer sinzi_…`), made by an owner under *People → API keys*. All paths of
an organisation carry its short name; what is another organisation's answers 404. Errors have one shape:
`{"error": {"code", "message", "detail"}}`, with a stable code and a message in Chinese or English.
"""
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody} for status in (400, 401, 403, 404, 405, 409, 422, 429, 503)
}


def create(settings: Settings, *, take_in: bool = True) -> FastAPI:
    """Return the application.

    Args:
        settings: of this installation.
        take_in: whether this process works through the queue of files, which makes it the data folder's writer.
    """
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with intake.running(service) if take_in else intake.nothing():
            yield

    app = FastAPI(
        title="Sinzi 善知",
        version=version("sinzi"),
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        responses=_ERRORS,
    )
    app.state.service = service
    errors.install(app)
    app.add_middleware(Guard)
    for router in _routers():
        app.include_router(router)
    app.mount("/static", StaticFiles(packages=_statics()), name="static")
    return app


def _statics() -> list[str | tuple[str, str]]:
    found = (point.load() for point in entry_points(group="sinzi.pages"))
    return [(str(module.__name__), "static") for module in found]


def _routers() -> list[APIRouter]:
    """Return the routers every floor registers in the entry-point group ``sinzi.routers``, in order of their names."""
    points = sorted(entry_points(group="sinzi.routers"), key=lambda point: point.name)
    return [point.load() for point in points]
