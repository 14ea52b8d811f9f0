"""Addresses as people type them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request

if TYPE_CHECKING:
    from assistant.api.service import Service

__all__ = ["FORWARDED", "address_of"]

# A request with one of these has come through a proxy: that it comes from this computer says nothing then.
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def address_of(request: Request, service: Service, path: str) -> str:
    """Return the whole address of a path of this service: KB_PUBLIC_URL's, or as the browser reached it."""
    base = service.settings.public_url or str(request.base_url)
    return base.rstrip("/") + path
