"""Tokens and passwords: what is given out once, and what is kept of it."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["hash_password", "new_token", "password_fits", "token_hash"]


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


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password."""
    return _hasher().hash(password)


def password_fits(password: str, stored: str) -> bool:
    """Return whether the password is the stored one; takes as long where nothing is stored, to tell nothing."""
    try:
        return _hasher().verify(stored or _nobodys(), password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))
