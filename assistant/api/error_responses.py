"""Turn exceptions into responses.

A program gets JSON: ``{"error": {"code", "message", "detail"}}``; under ``/v1`` it gets OpenAI's shape. A browser that
opens a page gets an error page, or a redirect to the sign-in page if nobody is signed in.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from assistant.api.observability.request_log import route_template
from assistant.llm.requester import ReaderGone
from kb.core.errors import InputError, Misconfigured, NotFound, SinziError, Unauthenticated

__all__ = ["ErrorBody", "install"]

_LOG = logging.getLogger("sinzi.service")
_MAX_FAULTS = 20
_CLIENT_CLOSED_REQUEST = 499  # nobody reads it but the request log
# Statuses that an error page explains with texts of their own (``common.error_<status>`` and ``common.next_<status>``).
_EXPLAINED = (403, 404, 429, 503)
_PROGRAM_PREFIXES = ("/api/", "/v1/", "/mcp")


class ErrorDetail(BaseModel):
    """What went wrong. ``code`` is stable, ``message`` is in the caller's language, ``detail`` is for programs."""

    code: str
    message: str
    detail: dict[str, Any]


class ErrorBody(BaseModel):
    """The body of every response with a status of 400 or more."""

    error: ErrorDetail


def install(app: FastAPI) -> None:
    """Register the exception handlers, so that every error has the same shape."""
    app.add_exception_handler(SinziError, _handle_sinzi_error)
    app.add_exception_handler(RequestValidationError, _handle_invalid_request)
    app.add_exception_handler(HTTPException, _handle_http_error)
    app.add_exception_handler(ReaderGone, _handle_reader_gone)
    app.add_exception_handler(Exception, _handle_unexpected_error)


def _locale(request: Request) -> str:
    return str(getattr(request.state, "locale", "zh-HK"))


def _error_response(request: Request, error: SinziError, status: int | None = None) -> Response:
    code = status or error.http_status
    if request.url.path.startswith("/v1/"):
        from assistant.api.openai.openai_errors import openai_error

        return openai_error(request, error, code)
    headers = {"Retry-After": str(error.detail["seconds"])} if "seconds" in error.detail else {}
    if request.url.path.startswith(_PROGRAM_PREFIXES) or request.method not in ("GET", "HEAD"):
        # A program shows its key, and its maker reads the message; a browser has a cookie or nothing.
        body = {"error": error.as_dict(_locale(request), plain="authorization" not in request.headers)}
        if isinstance(error, Unauthenticated):
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(body, status_code=code, headers=headers)
    if isinstance(error, Unauthenticated):
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(target, safe='')}", status_code=303)
    from assistant.web.pages import render

    # What a page shows is for people; the reference finds the line in the log, for who helps them.
    reference = f"{error.code} {getattr(request.state, 'request_id', '')[:8]}".strip()
    kind = code if code in _EXPLAINED else 500 if code >= 500 else 400
    message = error.message(_locale(request), plain=True)
    return render(request, "error.html", status_code=code, kind=kind, message=message, reference=reference)


async def _handle_reader_gone(request: Request, error: Exception) -> Response:
    return Response(status_code=_CLIENT_CLOSED_REQUEST)


async def _handle_sinzi_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, SinziError)
    if isinstance(error, Misconfigured):
        _LOG.error("misconfigured: %s", error)
    return _error_response(request, error)


async def _handle_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    listed = list(error.errors())[:_MAX_FAULTS]  # a body of 1 MB may have a hundred thousand faults
    faults = [{"at": ".".join(map(str, one["loc"]))[:200], "reason": one["msg"]} for one in listed]
    first = faults[0] if faults else {"at": "", "reason": ""}
    invalid = InputError("request_invalid", reason=f"{first['at']}: {first['reason']}", faults=faults)
    return _error_response(request, invalid, 422)


async def _handle_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        response = _error_response(request, InputError("method_not_allowed"), 405)
        response.headers["Allow"] = ", ".join(_allowed_methods(request))
        return response
    if error.status_code == 413:
        return _error_response(request, InputError("request_too_large"), 413)
    if error.status_code == 404:
        return _error_response(request, NotFound("not_found"))
    return _error_response(request, InputError("request_invalid", reason=str(error.detail)), error.status_code)


def _allowed_methods(request: Request) -> list[str]:
    """Return the methods that some route accepts at this path. One route knows only its own methods."""
    methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
    routes = request.app.routes
    return [one for one in methods if any(_matches(route, dict(request.scope, method=one)) for route in routes)]


def _matches(route: BaseRoute, scope: Scope) -> bool:
    return route.matches(scope)[0] is Match.FULL


async def _handle_unexpected_error(request: Request, error: Exception) -> Response:
    # Log the route's template, not the path: a path may contain the token of an invitation.
    _LOG.error("unforeseen %s at %s", type(error).__name__, route_template(request.scope), exc_info=error)
    return _error_response(request, SinziError("internal", reason=type(error).__name__))
