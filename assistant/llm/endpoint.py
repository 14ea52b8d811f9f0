"""Where a language model is, and whether that is inside the building."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from kb.core.settings import Settings

__all__ = ["host", "is_configured", "is_internal"]


def is_configured(settings: Settings) -> bool:
    """Whether the installation names a language model at all."""
    return bool(settings.llm_base_url and settings.llm_model)


def host(settings: Settings) -> str:
    """Return host and port of the model's address as a person should see them."""
    return urlsplit(settings.llm_base_url).netloc.rpartition("@")[2]


def is_internal(settings: Settings) -> bool:
    """Whether the model's address is this machine or a private network; what cannot be resolved counts as outside."""
    return _is_inside(urlsplit(settings.llm_base_url).hostname or "")


def _is_inside(name: str) -> bool:
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(name, None)} if name else set()
        addresses = [ipaddress.ip_address(str(one).split("%")[0]) for one in found]
    except (OSError, ValueError):
        return False
    return bool(addresses) and all(one.is_loopback or one.is_private or one.is_link_local for one in addresses)
