"""Absolute URLs of this service, and the headers that a proxy adds."""

from __future__ import annotations

from fastapi import Request

from kb.core.settings import Settings

__all__ = ["PROXY_HEADERS", "absolute_url"]

# A request with one of these headers came through a proxy. Then the peer address does not say where the client is.
PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def absolute_url(request: Request, settings: Settings, path: str) -> str:
    """Return the absolute URL of a path: under KB_PUBLIC_URL, or without it under the URL that the browser used."""
    base = settings.public_url or str(request.base_url)
    return base.rstrip("/") + path
