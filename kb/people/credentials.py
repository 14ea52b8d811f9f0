"""Tokens and passwords: what is given out once, and what is kept of it."""

from __future__ import annotations

import hashlib
import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kb.core.errors import InputError

__all__ = ["LEAST_PASSWORD", "check_password", "hash_password", "new_token", "token_hash", "verify_password"]

# Characters. NIST SP 800-63B asks for length and against rules of composition.
LEAST_PASSWORD = 10
# Each hash takes 64 MiB for its tenth of a second; many sign-ins at once must not take all memory.
_AT_ONCE = threading.BoundedSemaphore(4)


@cache
def _hasher() -> PasswordHasher:
    # RFC 9106's second choice, the library's default: 64 MiB, three passes.
    return PasswordHasher()


def new_token(prefix: str = "") -> str:
    """Return a random URL-safe token of 256 bits; it is shown once and never stored."""
    return prefix + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored of a token: SHA-256 suffices, for 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def check_password(password: str) -> None:
    """Check that a new password will do.

    Raises:
        InputError: ``password_too_short``.
    """
    if len(password) < LEAST_PASSWORD:
        raise InputError("password_too_short", least=LEAST_PASSWORD)


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a new password.

    Raises:
        InputError: ``password_too_short``.
    """
    check_password(password)
    with _AT_ONCE:
        return _hasher().hash(password)


def verify_password(password: str, stored: str) -> bool:
    """Return whether the password is the stored one; takes as long where nothing is stored, to tell nothing."""
    with _AT_ONCE:
        try:
            return _hasher().verify(stored or _dummy_hash(), password) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _dummy_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))
