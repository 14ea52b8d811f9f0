"""The host names under which ``/mcp`` may be called. This protects against DNS rebinding.

In a DNS rebinding attack, a web page lets its own host name resolve to this computer's address. The browser then sends
that name as Host and Origin. An IP address cannot be rebound, and neither can this computer's own names.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from kb.core.settings import Settings

__all__ = ["known_names", "unknown_host"]


def known_names(settings: Settings) -> frozenset[str]:
    """Return the host names, in lower case, under which this service may be called."""
    hostname = socket.gethostname().casefold()
    public = urlsplit(settings.public_url).hostname or ""
    return frozenset(
        {"localhost", hostname, hostname.split(".", maxsplit=1)[0], f"{hostname}.local", public, settings.host} - {""}
    )


def unknown_host(host: str, origin: str | None, names: frozenset[str]) -> str | None:
    """Return the Host or Origin header because of which a request must be refused, or None if both are known.

    Args:
        origin: None if the request has no Origin header.
        names: see :func:`known_names`.
    """
    if not _is_known(f"//{host}", names):
        return host
    return None if origin is None or _is_known(origin, names) else origin


def _is_known(address: str, names: frozenset[str]) -> bool:
    try:
        name = (urlsplit(address).hostname or "").casefold()
        if name in names:
            return True
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
