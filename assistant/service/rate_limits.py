"""How often somebody may ask, sign in or try a password: moving windows in this process's memory (``limits``).

A route that answers questions calls :func:`assistant.api.auth.callers.limit_questions` before it starts to work.
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

# What a JSON body may hold; routes that take files set a larger ``max_body_size`` of their own.
MAX_BODY_BYTES = 1024 * 1024

# Argon2 makes one guess dear; these make many guesses impossible, from one place or at one account from everywhere.
_ATTEMPTS = RateLimitItemPerSecond(6, 5 * 60, namespace="tries")
_FAILURES_OF_ADDRESS = RateLimitItemPerMinute(30, namespace="failures-of-address")
_FAILURES_OF_ACCOUNT = RateLimitItemPerSecond(40, 60 * 60, namespace="failures-of-account")

Found = TypeVar("Found")


class Limits:
    """The counters of one running service; safe to use from several threads."""

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

    def check_attempt(self, address: str, account: str, check: Callable[[], Found | None]) -> Found | None:
        """Return what a check of a password or code found; failures from an address and at an account are counted.

        A whole office may sign in from one address in one minute: only what fails counts there. From where somebody
        has signed in before, strangers' failures at the account do not count: nobody can lock a colleague out.

        Raises:
            TooMany: ``too_many_requests``; then nothing was checked.
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
        """Count in each window in turn; a request refused by one is not counted in those after it."""
        for item, key in counted:
            if not self._window.hit(item, *key):
                raise self._refusal(item, key)

    def _refusal(self, item: RateLimitItem, key: tuple[str, ...]) -> TooMany:
        free_at = self._window.get_window_stats(item, *key).reset_time
        return TooMany("too_many_requests", seconds=max(1, math.ceil(free_at - time.time())))


def client_address(request: Request) -> str:
    """Return where a request comes from; uvicorn has put a trusted proxy's word for it in already."""
    return request.client.host if request.client else ""
