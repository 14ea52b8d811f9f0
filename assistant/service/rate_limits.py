"""Limits for questions, sign-ins and password attempts: moving windows in this process's memory (package ``limits``).

A route that answers questions calls :func:`assistant.service.callers.limit_questions` first.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kb.core.errors import TooMany
from kb.core.settings import Settings

__all__ = ["MAX_BODY_BYTES", "Limits", "client_address"]

# The limit of a JSON body. Routes for files set their own, larger ``max_body_size``.
MAX_BODY_BYTES = 1024 * 1024

# Argon2 makes one guess expensive. These limits prevent many guesses from one address, or at one account from many.
_ATTEMPTS = RateLimitItemPerSecond(6, 5 * 60, namespace="tries")
_FAILURES_OF_ADDRESS = RateLimitItemPerMinute(30, namespace="failures-of-address")
_FAILURES_OF_ACCOUNT = RateLimitItemPerSecond(40, 60 * 60, namespace="failures-of-account")

Result = TypeVar("Result")


class Limits:
    """The counters of one running service. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._signed_in_before: set[tuple[str, str]] = set()
        self._person = RateLimitItemPerMinute(settings.questions_per_minute, namespace="questions")
        self._tenant = RateLimitItemPerMinute(settings.tenant_questions_per_minute, namespace="tenant-questions")

    def question(self, tenant: str, actor: str) -> None:
        """Count a question of ``actor`` ("user:3", "key:2") in a tenant.

        Raises:
            TooMany: ``too_many_requests``.
        """
        self._hit((self._person, (tenant, actor)), (self._tenant, (tenant,)))

    def check_attempt(self, address: str, account: str, check: Callable[[], Result | None]) -> Result | None:
        """Run a check of a password or code and return its result; None is a failure.

        Failures are counted per address and per account. Successes are not counted for an address, because a whole
        office may sign in from one address in one minute. Failures at an account do not block an address from which
        that account has signed in before, so that nobody can lock out a colleague.

        Args:
            address: the IP address of the client.
            account: the e-mail address, or another name for what is checked.
            check: does the check.

        Raises:
            TooMany: ``too_many_requests``; then ``check`` was not called.
        """
        account = account.strip().casefold()[:254]
        failure_windows: tuple[tuple[RateLimitItem, tuple[str, ...]], ...] = ((_FAILURES_OF_ADDRESS, (address,)),)
        if (address, account) not in self._signed_in_before:
            failure_windows += ((_FAILURES_OF_ACCOUNT, (account,)),)
        for item, key in failure_windows:
            if not self._window.test(item, *key):
                raise self._refusal(item, key)
        self._hit((_ATTEMPTS, (address, account)))
        found = check()
        if found is None:
            for item, key in failure_windows:
                self._window.hit(item, *key)
        else:
            self._window.clear(_ATTEMPTS, address, account)
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


def client_address(request: Request) -> str:
    """Return the IP address of the client. Behind a trusted proxy, uvicorn has already set the proxied address."""
    return request.client.host if request.client else ""
