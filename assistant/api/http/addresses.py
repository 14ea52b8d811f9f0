"""Absolute URLs of this service, and the headers that a proxy adds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from fastapi import Request

from assistant.service.lan_address import lan_addresses
from kb.core.settings import Settings

__all__ = ["PROXY_HEADERS", "AddressReach", "SharedAddress", "absolute_url", "is_loopback_name", "shared_address"]

# A request with one of these headers came through a proxy. Then the peer address does not say where the client is.
PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
# Values of KB_HOST with which the service listens on all networks of the computer.
_EVERY_INTERFACE = ("0.0.0.0", "::", "")  # noqa: S104 - compared, not bound


class AddressReach(StrEnum):
    """From where an address can be opened."""

    ANYWHERE = "anywhere"
    OFFICE = "office"  # devices in the same network
    THIS_COMPUTER = "this_computer"


@dataclass(frozen=True, slots=True)
class SharedAddress:
    """The address of this service that is given to other people, without a slash at its end."""

    base: str
    reach: AddressReach

    def url(self, path: str) -> str:
        """Return the absolute URL of a path."""
        return self.base + path


def absolute_url(request: Request, settings: Settings, path: str) -> str:
    """Return the absolute URL of a path: under KB_PUBLIC_URL, or without it under the URL that the browser used."""
    base = settings.public_url or str(request.base_url)
    return base.rstrip("/") + path


def shared_address(request: Request, settings: Settings) -> SharedAddress:
    """Return the address for other people's devices.

    It is KB_PUBLIC_URL. Without it, it is the address in this browser, unless that names this computer only: then it is
    the computer's address in the office network, if the service listens there.
    """
    if settings.public_url:
        return SharedAddress(settings.public_url.rstrip("/"), AddressReach.ANYWHERE)
    here = str(request.base_url).rstrip("/")
    if not is_loopback_name(request.url.hostname or ""):
        return SharedAddress(here, AddressReach.OFFICE)
    listening = lan_addresses() if settings.host in _EVERY_INTERFACE else [settings.host]
    for host in listening:
        if not is_loopback_name(host):
            port = f":{request.url.port}" if request.url.port else ""
            return SharedAddress(f"{request.url.scheme}://{host}{port}", AddressReach.OFFICE)
    return SharedAddress(here, AddressReach.THIS_COMPUTER)


def is_loopback_name(name: str) -> bool:
    """Return whether a host name or address means the computer itself."""
    if name == "localhost":
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
