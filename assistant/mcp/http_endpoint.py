"""``/mcp``: the MCP tools over streamable HTTP. Each request needs an API key; the key gives tenant and rights."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, State
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from assistant.mcp.known_hosts import known_names, unknown_host
from assistant.service.callers import Caller, caller_of_key
from assistant.service.running_service import Service
from kb.core.errors import Forbidden, InputError, SinziError, Transient, Unauthenticated

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

__all__ = ["McpEndpoint"]

# Enough for a question and its history, the largest request.
MAX_BODY_BYTES = 1024 * 1024


class McpEndpoint:
    """The ASGI application of ``/mcp``. It serves requests inside :meth:`open`; before, it answers ``starting``."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._names = known_names(service.settings)
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Serve requests until the ``async with`` block ends.

        There is no session between requests: each request carries its key. So a revoked key stops working at once, and
        any number of worker processes can serve one address.
        """
        from mcp.server.transport_security import TransportSecuritySettings

        from assistant.mcp.tools import build

        server = build(self._service, _caller_of)
        server.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=MAX_BODY_BYTES,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # see __call__
        )
        async with server.session_manager.run():
            self._manager = server.session_manager
            try:
                yield
            finally:
                self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        try:
            unknown = unknown_host(headers.get("host", ""), headers.get("origin"), self._names)
            if unknown is not None:
                raise Forbidden("host_unknown", host=unknown)
            if scope["method"] != "POST":  # without sessions, GET (listen) and DELETE (end) have no use
                raise InputError("method_not_allowed")
            state["caller"] = await run_in_threadpool(self._authenticate, headers.get("authorization", ""))
            if self._manager is None:
                raise Transient("starting")
        except SinziError as error:
            await _error_response(error, str(state.get("locale", "en")))(scope, receive, send)
            return
        await self._manager.handle_request(scope, receive, send)

    def _authenticate(self, authorization: str) -> Caller:
        scheme, _, token = authorization.partition(" ")
        caller = caller_of_key(self._service, token) if scheme.casefold() == "bearer" else None
        if caller is None:
            raise Unauthenticated("key_invalid")
        return caller


def _caller_of(context: Any) -> Caller:
    state: State = context.request_context.request.state
    caller: Caller = state.caller
    return caller


def _error_response(error: SinziError, locale: str) -> JSONResponse:
    status = 405 if error.code == "method_not_allowed" else error.http_status
    headers = {405: {"Allow": "POST"}, 401: {"WWW-Authenticate": "Bearer"}}.get(status, {})
    return JSONResponse({"error": error.as_dict(locale)}, status_code=status, headers=headers)
