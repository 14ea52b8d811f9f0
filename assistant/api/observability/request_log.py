"""For every request: a request id, one log line and one entry in the metrics."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.service.metrics import Metrics

__all__ = ["RequestLog", "route_template"]

_LOG = logging.getLogger("sinzi.request")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Paths that have no FastAPI route and so no template.
_ROUTES_WITHOUT_TEMPLATE = ("/mcp", "/api/v1/openapi.json")
# Requested every few seconds, or many at a time. They are logged at level DEBUG, except errors from 500 but 503.
_QUIET_ROUTES = ("/static", "/healthz", "/readyz", "/metrics", "/favicon.ico")


class RequestLog:
    """The outermost ASGI middleware. Every response has ``X-Request-ID``.

    The id is the client's, if the request has a valid one (8 to 64 letters, digits, ``.``, ``_`` or ``-``), else a new
    one.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        client_id = Headers(scope=scope).get("x-request-id", "")
        state["request_id"] = request_id = client_id if _REQUEST_ID.fullmatch(client_id) else uuid.uuid4().hex
        status = 500
        start_time = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id), self._metrics.in_flight.track_inprogress():
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                seconds = time.perf_counter() - start_time
                route = route_template(scope)
                self._metrics.request(scope["method"], route, status, seconds)
                _log_request(scope, route, status, seconds)


def route_template(scope: Scope) -> str:
    """Return the path template of a request, as in ``/api/v1/tenants/{tenant}/ask``, or ``(none)``.

    Metrics and log use templates because there are few of them and they contain no names.
    """
    if scope["path"].startswith("/static/"):
        return "/static"
    if scope["path"] in _ROUTES_WITHOUT_TEMPLATE:
        return str(scope["path"])
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "(none)"


def _level(route: str, status: int) -> int:
    if status >= 500 and status != 503:
        return logging.ERROR
    if route in _QUIET_ROUTES:
        return logging.DEBUG
    return logging.WARNING if status == 503 else logging.INFO


def _log_request(scope: Scope, route: str, status: int, seconds: float) -> None:
    level = _level(route, status)
    if not _LOG.isEnabledFor(level):
        return
    state = scope["state"]
    caller, user = state.get("caller"), state.get("user")
    actor = caller.actor.id if caller else f"user:{user.id}" if user else None
    fields: dict[str, Any] = {
        "request_id": state["request_id"],
        "method": scope["method"],
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "actor": actor,
        "tenant": caller.tenant.slug if caller else None,
    }
    _LOG.log(level, "request", extra={name: value for name, value in fields.items() if value is not None})
