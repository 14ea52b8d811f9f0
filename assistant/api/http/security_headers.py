"""Security headers of every response, and the check that requests which change something come from this site."""

from __future__ import annotations

import json
from urllib.parse import urlparse

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.core.errors import Forbidden, InputError

__all__ = ["SAFE_METHODS", "SecurityHeaders"]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_HSTS = f"max-age={180 * 24 * 3600}"
# Methods that change nothing (RFC 9110, section 9.2.1).
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SecurityHeaders:
    """ASGI middleware: adds security headers to all responses and refuses cross-site requests that change something.

    Requests with an ``Authorization`` header are not checked here. A refused request gets 403 ``csrf_invalid``.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope.setdefault("state", {})["locale"] = _locale(headers)
        public = urlparse(scope["app"].state.service.settings.public_url)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    sent.setdefault(name, value)
                if public.scheme == "https":
                    sent.setdefault("Strict-Transport-Security", _HSTS)
                if not scope["path"].startswith("/static/"):
                    sent.setdefault("Cache-Control", "no-store")
            await send(message)

        send_answer = _send_too_large_as_json(send_with_headers, scope["state"]["locale"])
        if (
            scope["method"] not in SAFE_METHODS
            and "authorization" not in headers
            and _is_cross_site(headers, public.netloc)
        ):
            error = Forbidden("csrf_invalid").as_dict(scope["state"]["locale"])
            await JSONResponse({"error": error}, 403)(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_answer)


def _send_too_large_as_json(send: Send, locale: str) -> Send:
    """Return a ``send`` that turns Starlette's plain-text response to a too large body into the usual JSON error."""
    body = json.dumps({"error": InputError("request_too_large").as_dict(locale)}, ensure_ascii=False).encode()
    replaced = False

    async def send_converted(message: Message) -> None:
        nonlocal replaced
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            replaced = message["status"] == 413 and headers.get("content-type", "").startswith("text/plain")
            if replaced:
                headers["content-type"], headers["content-length"] = "application/json", str(len(body))
        elif replaced:
            message = {"type": "http.response.body", "body": body}
        await send(message)

    return send_converted


def _is_cross_site(headers: Headers, public: str) -> bool:
    """Return whether the browser says that another site sent this request.

    Args:
        public: the host of KB_PUBLIC_URL. Behind a proxy the Host header may differ from it.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlparse(origin).netloc not in {headers.get("host", ""), public} - {""}


def _locale(headers: Headers) -> str:
    """Return the interface language of a person who is not signed in: from the cookie, else from the browser."""
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == "locale" and value in ("zh-HK", "en"):
            return value
    return "en" if headers.get("accept-language", "").lower().startswith("en") else "zh-HK"
