"""Errors in OpenAI's format, for all routes of the class :class:`OpenAIRoute`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from assistant.api.openai.openai_schemas import FaultBody
from kb.core.errors import InputError, SinziError

__all__ = ["ERROR_RESPONSES", "OpenAIRoute", "openai_error"]

ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": FaultBody} for status in (400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503)
}
# Codes that OpenAI's clients react to are replaced by OpenAI's codes; other errors keep ours.
_CODES = {"key_invalid": "invalid_api_key", "too_many_requests": "rate_limit_exceeded"}
_TYPES = {403: "permission_error", 429: "rate_limit_error"}


class OpenAIRoute(APIRoute):
    """A route that returns errors in OpenAI's format."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except RequestValidationError as error:
                first = error.errors()[0] if error.errors() else {"loc": ("body",), "msg": str(error)}
                at = ".".join(str(part) for part in first["loc"] if part != "body")
                return openai_error(
                    request, InputError("request_invalid", reason=f"{at}: {first['msg']}", param=at or None)
                )
            except SinziError as error:
                return openai_error(request, error)

        return handler


def openai_error(request: Request, error: SinziError, code: int | None = None) -> Response:
    """Return an error response in OpenAI's format.

    Args:
        code: the HTTP status; by default that of the error.
    """
    status = code or error.http_status
    message = error.message(str(getattr(request.state, "locale", "en")))
    body = {
        "message": message,
        "type": "server_error" if status >= 500 else _TYPES.get(status, "invalid_request_error"),
        "param": error.detail.get("param"),
        "code": _CODES.get(error.code, error.code),
    }
    headers = {"Retry-After": str(error.detail["seconds"])} if "seconds" in error.detail else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({"error": body}, status_code=status, headers=headers)
