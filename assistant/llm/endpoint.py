"""The address of the language model, and whether it is internal: on this machine or in a private network."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from kb.core.settings import Settings

__all__ = ["host", "is_configured", "is_internal"]


def is_configured(settings: Settings) -> bool:
    """Whether the installation has a language model in its settings."""
    return bool(settings.llm_base_url and settings.llm_model)


def host(settings: Settings) -> str:
    """Return host and port of the model's address, without user name and password."""
    return urlsplit(settings.llm_base_url).netloc.rpartition("@")[2]


def is_internal(settings: Settings) -> bool:
    """Whether the model is on this machine or in a private network; False for a name that cannot be resolved."""
    return _is_internal_name(urlsplit(settings.llm_base_url).hostname or "")


def _is_internal_name(name: str) -> bool:
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(name, None)} if name else set()
        addresses = [ipaddress.ip_address(str(one).split("%")[0]) for one in found]
    except (OSError, ValueError):
        return False
    return bool(addresses) and all(one.is_loopback or one.is_private or one.is_link_local for one in addresses)
