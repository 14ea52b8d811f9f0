"""Addresses as people type them."""

from __future__ import annotations

from fastapi import Request

from kb.core.settings import Settings

__all__ = ["PROXY_HEADERS", "absolute_url"]

# A request with one of these has come through a proxy: that it comes from this computer says nothing then.
PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def absolute_url(request: Request, settings: Settings, path: str) -> str:
    """Return the whole address of a path of this service: KB_PUBLIC_URL's, or as the browser reached it."""
    base = settings.public_url or str(request.base_url)
    return base.rstrip("/") + path
