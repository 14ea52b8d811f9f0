"""Limits for questions (moving windows, package ``limits``) and for guessing passwords, in this process's memory.

A route that answers questions calls :func:`assistant.service.callers.limit_questions` first.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TypeVar

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.service.failure_delays import FailureDelays, Key
from kb.core.errors import TooMany
from kb.core.settings import Settings

__all__ = ["MAX_BODY_BYTES", "Limits", "client_address"]

# The limit of a JSON body. Routes for files set their own, larger ``max_body_size``.
MAX_BODY_BYTES = 1024 * 1024

Result = TypeVar("Result")


class Limits:
    """The counters of one running service. Thread-safe.

    Args:
        clock: the time in seconds, for the delays after failed attempts.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        # Argon2 makes one guess expensive; these make many guesses slow. None ever locks: a delay is a minute, or five
        # for one address at one account. The browsers that a person has used have a count of their own.
        self._at_account_from_address = FailureDelays(free=6, first=10, longest=300, forgotten=3600, clock=clock)
        self._from_address = FailureDelays(free=30, first=1, longest=60, forgotten=600, clock=clock)
        self._at_account = FailureDelays(free=40, first=1, longest=60, forgotten=3600, clock=clock)
        self._from_device = FailureDelays(free=10, first=1, longest=60, forgotten=3600, clock=clock)
        self._beginning = threading.Lock()
        self._signed_in_before: set[tuple[str, str]] = set()
        self._person = RateLimitItemPerMinute(settings.questions_per_minute, namespace="questions")
        self._tenant = RateLimitItemPerMinute(settings.tenant_questions_per_minute, namespace="tenant-questions")

    def question(self, tenant: str, actor: str) -> None:
        """Count a question of ``actor`` ("user:3", "key:2") in a tenant.

        Raises:
            TooMany: ``too_many_requests``.
        """
        self._hit((self._person, (tenant, actor)), (self._tenant, (tenant,)))

    def check_attempt(
        self, address: str, account: str, check: Callable[[], Result | None], device: str | None = None
    ) -> Result | None:
        """Run a check of a password or code and return its result; None is a failure.

        Failures are counted by address, by account, and by both. Successes are not, because a whole office may sign in
        from one address in one minute. Failures elsewhere never slow down a browser or an address from which this
        account has signed in before, so that nobody can lock out a colleague: a known browser has only a count of its
        own, and a known address is not counted by account.

        Args:
            address: the IP address of the client; of an IPv6 address its network counts, which one client owns whole.
            account: the e-mail address, or another name for what is checked.
            check: does the check.
            device: what identifies a browser in which this account has signed in before; None for an unknown one.

        Raises:
            TooMany: ``too_many_requests``; then ``check`` was not called.
        """
        address, account = _network(address), account.strip().casefold()[:254]
        counts: list[tuple[FailureDelays, Key]]
        if device is not None:
            own = self._from_device, (device, account)
            counts = [own]
        else:
            own = self._at_account_from_address, (address, account)
            counts = [own, (self._from_address, (address,))]
            if (address, account) not in self._signed_in_before:
                counts.append((self._at_account, (account,)))
        with self._beginning:
            wait = max(delays.wait(key) for delays, key in counts)
            if wait > 0.0:
                raise TooMany("too_many_requests", seconds=math.ceil(wait))
            for delays, key in counts:
                delays.begin(key)
        found = check()
        if found is not None:
            for delays, key in counts:
                delays.success(key)
            own[0].clear(own[1])
            self._signed_in_before.add((address, account))
        return found

    def _hit(self, *counted: tuple[RateLimitItem, tuple[str, ...]]) -> None:
        """Count in each window in turn. If one window refuses, the later ones do not count."""
        for item, key in counted:
            if not self._window.hit(item, *key):
                raise self._refusal(item, key)

    def _refusal(self, item: RateLimitItem, key: tuple[str, ...]) -> TooMany:
        free_at = self._window.get_window_stats(item, *key).reset_time
        return TooMany("too_many_requests", seconds=max(1, math.ceil(free_at - time.time())))


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))


def client_address(request: Request) -> str:
    """Return the IP address of the client. Behind a trusted proxy, uvicorn has already set the proxied address."""
    return request.client.host if request.client else ""
