"""Who may reach ``/mcp`` by which name: a web page must not reach it through a name that it points here itself.

DNS rebinding turns a page's own name into this computer's address; the browser then sends that name as Host and
Origin. An address typed as digits cannot be turned, nor can a name of this computer's own.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from kb.core.settings import Settings

__all__ = ["known_names", "unknown_host"]


def known_names(settings: Settings) -> frozenset[str]:
    """Return the names, lower-case, by which this service may be called."""
    hostname = socket.gethostname().casefold()
    public = urlsplit(settings.public_url).hostname or ""
    return frozenset(
        {"localhost", hostname, hostname.split(".", maxsplit=1)[0], f"{hostname}.local", public, settings.host} - {""}
    )


def unknown_host(host: str, origin: str | None, names: frozenset[str]) -> str | None:
    """Return the Host or Origin header for which a request must be turned away; None where both are in order."""
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
