"""The addresses of this computer in the office network."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address

import psutil

__all__ = ["lan_addresses"]

# Networks inside this computer, of containers, virtual machines and tunnels: no phone is in them.
_VIRTUAL = ("docker", "br-", "veth", "virbr", "vmnet", "vbox", "tun", "tap", "tailscale", "zt", "cni", "wg")


def lan_addresses() -> list[str]:
    """Return the IPv4 addresses under which other devices of the office reach this computer, likeliest first.

    Addresses of private networks come first. Nothing is sent to find them.
    """
    stats = psutil.net_if_stats()
    found = [
        IPv4Address(one.address)
        for interface, addresses in psutil.net_if_addrs().items()
        if (interface not in stats or stats[interface].isup) and not interface.lower().startswith(_VIRTUAL)
        for one in addresses
        if one.family == socket.AF_INET
    ]
    usable = [one for one in found if not (one.is_loopback or one.is_link_local or one.is_unspecified)]
    return [str(one) for one in sorted(usable, key=lambda one: not one.is_private)]
