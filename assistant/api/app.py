"""Build the FastAPI application: the routers of all packages, static files, middleware and background work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp

from assistant.api import error_responses
from assistant.api.error_responses import ErrorBody
from assistant.api.http import openapi_document
from assistant.api.http.security_headers import SecurityHeaders
from assistant.api.http.static_files import CompressedFiles, VersionedFiles
from assistant.api.http.thread_context import run_on_own_thread
from assistant.api.observability.request_log import RequestLog
from assistant.mcp.http_endpoint import McpEndpoint
from assistant.service import file_intake
from assistant.service.rate_limits import MAX_BODY_BYTES
from assistant.service.running_service import Service
from assistant.web.pages import page_packages
from kb.core import plugins
from kb.core.settings import Settings

__all__ = ["create"]

_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody} for status in (400, 401, 403, 404, 405, 409, 413, 422, 429, 503)
}


def create(settings: Settings, *, take_in: bool = True) -> FastAPI:
    """Return the application.

    Args:
        settings: the settings of this installation.
        take_in: whether this process ingests the queued files. Then it holds the data folder's writer lock.
    """
    service = Service(settings)
    mcp_endpoint = McpEndpoint(service)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        intake = file_intake.running(service) if take_in else file_intake.no_intake()
        async with run_on_own_thread(intake), mcp_endpoint.open():
            with closing(service.parsing), service.warming.running():
                yield

    app = _Application(
        title="Sinzi 善知",
        version=version("sinzi"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        responses=_ERRORS,
        max_body_size=MAX_BODY_BYTES,
        generate_unique_id_function=openapi_document.operation_id,
    )
    app.state.service = service
    error_responses.install(app)
    openapi_document.install(app, settings)
    app.add_middleware(CompressedFiles)
    for router in _routers():
        app.include_router(router)
    app.router.routes.append(Route("/mcp", mcp_endpoint, include_in_schema=False))
    app.mount("/static", VersionedFiles(packages=_static_packages()), name="static")
    return app


class _Application(FastAPI):
    def build_middleware_stack(self) -> ASGIApp:
        """Make the security headers and the request log outermost, so that they also cover the response to a crash."""
        return RequestLog(SecurityHeaders(super().build_middleware_stack()), self.state.service.metrics)


def _static_packages() -> list[str | tuple[str, str]]:
    return [(package.__name__, "static") for package in page_packages()]


def _routers() -> list[APIRouter]:
    """Return the routers that packages register in the entry-point group ``sinzi.routers``, sorted by name."""
    return plugins.registered("sinzi.routers")
