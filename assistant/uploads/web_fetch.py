"""Fetch a document from the web: one public page or file, at the request of an editor.

The URL is untrusted and must not give access to the office network (server-side request forgery). So each connection,
also after a redirect, is made only to a public IP address, and to exactly the address that was checked.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import Message
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpcore

from assistant.uploads.filenames import clean
from kb.core.errors import InputError
from kb.core.settings import Settings

__all__ = ["fetch"]

_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 5
_WAIT_SECONDS = 10.0
_UNREACHABLE = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)
_HEADERS = [("Accept", "*/*"), ("Accept-Encoding", "identity"), ("User-Agent", "Sinzi (+document added by a person)")]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A fetched file: its path on disk, its document name, and its URL after redirects."""

    path: Path
    name: str
    url: str


def is_public(address: Address) -> bool:
    """Whether an IP address is on the public internet. An IPv4 address inside an IPv6 address must be public too."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None:
        return is_public(inner)
    site_local = getattr(address, "is_site_local", False)  # deprecated by RFC 3879, but routers may still route it
    return address.is_global and not (address.is_multicast or address.is_reserved or site_local)


class _CheckedBackend(httpcore.NetworkBackend):
    """Resolves a host name, checks all its addresses, and connects to a checked one.

    There is no second look-up, whose result could differ (DNS rebinding).
    """

    def __init__(self, allowed: Callable[[Address], bool], deadline: float) -> None:
        self._allowed = allowed
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        addresses = [ipaddress.ip_address(one.partition("%")[0]) for one in sorted(found)]
        if not addresses or not all(map(self._allowed, addresses)):
            raise InputError("url_not_public", host=host)
        stream = self._inner.connect_tcp(str(addresses[0]), port, timeout, local_address, socket_options)
        return _DeadlineStream(stream, self._deadline)


class _DeadlineStream(httpcore.NetworkStream):
    """A connection with a deadline, so that a server that sends its headers very slowly cannot block a thread."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def _remaining(self, timeout: float | None) -> float:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise httpcore.ReadTimeout("time is up")
        return remaining if timeout is None else min(remaining, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._remaining(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _DeadlineStream(
            self._inner.start_tls(ssl_context, server_hostname, self._remaining(timeout)), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def fetch(settings: Settings, url: str, folder: Path, allowed: Callable[[Address], bool] = is_public) -> FetchedFile:
    """Fetch ``url`` into ``folder``.

    Args:
        allowed: returns whether an IP address may be connected to.

    Raises:
        InputError: ``url_invalid``, ``url_not_public``, ``url_unreachable``, ``url_too_large``.
    """
    deadline = time.monotonic() + settings.max_url_seconds
    backend = _CheckedBackend(allowed, deadline)
    with httpcore.ConnectionPool(ssl_context=ssl.create_default_context(), network_backend=backend) as pool:
        for _ in range(_MAX_REDIRECTS + 1):
            _check(url)
            try:
                found = _request(pool, url, folder, settings, deadline)
            except (*_UNREACHABLE, OSError, UnicodeError) as error:  # UnicodeError: not a valid host name
                raise InputError("url_unreachable", url=url, reason=type(error).__name__) from error
            if isinstance(found, FetchedFile):
                return found
            url = found
    raise InputError("url_unreachable", url=url, reason="redirects")


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username is not None or not url.isprintable() or " " in url:
        raise InputError("url_invalid", url=url[:500])


def _request(
    pool: httpcore.ConnectionPool, url: str, folder: Path, settings: Settings, deadline: float
) -> FetchedFile | str:
    """Make one request and return the file, or the URL of a redirect."""
    waits = dict.fromkeys(("connect", "read", "write", "pool"), _WAIT_SECONDS)
    with pool.stream("GET", _encoded(url), headers=_HEADERS, extensions={"timeout": waits}) as response:
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in response.headers}
        if response.status in _REDIRECTS and "location" in headers:
            return _redirect_target(url, headers["location"])
        if response.status != 200:
            raise InputError("url_unreachable", url=url, reason=f"HTTP {response.status}")
        target, size = folder / "fetched", 0
        with target.open("wb") as stream:
            for piece in response.iter_stream():
                size += len(piece)
                if size > settings.max_file_mb * 1024 * 1024:
                    raise InputError("url_too_large", url=url, limit_mb=settings.max_file_mb)
                if time.monotonic() > deadline:
                    raise InputError("url_unreachable", url=url, reason=f"> {settings.max_url_seconds} s")
                stream.write(piece)
    return FetchedFile(target, _name(url, headers), url)


def _redirect_target(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise InputError("url_invalid", url=location[:500]) from error


def _encoded(url: str) -> str:
    """Return the URL in ASCII: the host in IDNA, other characters percent-encoded if needed."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise InputError("url_invalid", url=url[:500]) from error
    place = (f"[{host}]" if ":" in host else host) + (f":{parts.port}" if parts.port else "")
    whole = parts._replace(netloc=place, fragment="").geturl()
    return "".join(one if one.isascii() else "".join(f"%{byte:02X}" for byte in one.encode()) for one in whole)


@cache
def _suffixes() -> dict[str, str]:
    loaded: dict[str, str] = json.loads(files("assistant.uploads").joinpath("suffixes.json").read_text("utf-8"))
    return loaded


def _name(url: str, headers: dict[str, str]) -> str:
    """Return the file name from the server, or the last part of the URL, or the host; with the suffix of its type."""
    message = Message()
    message["content-type"] = headers.get("content-type", "application/octet-stream")
    message["content-disposition"] = headers.get("content-disposition", "inline")
    parts = urlsplit(url)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    name = clean(message.get_filename() or last or parts.hostname or "").rpartition("/")[2]
    suffix = _suffixes().get(message.get_content_type())
    if suffix is None or name.lower().endswith((suffix, ".htm" if suffix == ".html" else suffix)):
        return name
    return clean(name + suffix)
