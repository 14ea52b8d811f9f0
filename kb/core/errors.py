"""The one error tree.

    SinziError                    anything Sinzi tells a person; has a stable code
    ├── InputError       (400)    what was asked for cannot be done as asked: change the request
    │   └── FileRejected (422)    one file cannot be taken in: the rest of the batch goes on
    ├── NotFound         (404)    no such thing here (another tenant's things answer so too)
    ├── Conflict         (409)    the thing exists already, or is not in the state the call needs
    ├── Unauthenticated  (401)    the caller is unknown: sign in, or send an API key
    ├── Forbidden        (403)    the person may not do this inside their own tenant
    ├── Misconfigured    (500)    settings or installation are wrong: the message has the mending command
    ├── TooMany          (429)    asked too often: wait the seconds in the detail
    └── Transient        (503)    try again: the store is busy, a server is away (jobs retry these)

The class says what a caller can do; the code says what happened. Every code has its message in
zh-HK and English in ``kb/core/errors.json``; a test keeps code and catalogue in step. Where that message has a
command, a setting or an exception, ``kb/core/plain_errors.json`` has another for people in a browser.
"""

from __future__ import annotations

from typing import Any

from kb.core.messages import Catalogue

__all__ = [
    "Conflict",
    "FileRejected",
    "Forbidden",
    "InputError",
    "Misconfigured",
    "NotFound",
    "SinziError",
    "TooMany",
    "Transient",
    "Unauthenticated",
]

MESSAGES = Catalogue("kb.core", "errors.json")  # a message for each code, in zh-HK and in English
PLAIN = Catalogue("kb.core", "plain_errors.json")


class SinziError(Exception):
    """An error with a stable ``code``, an HTTP status, and a message per interface language.

    Args:
        code: key of ``kb/core/errors.json``.
        detail: values for the message's fields; must be JSON-serialisable. ``variant`` chooses a message that is more
            exact than the code's own: the key ``code/variant`` of the catalogue.
    """

    http_status = 500

    def __init__(self, code: str, **detail: Any) -> None:
        self.code = code
        self.detail = detail
        super().__init__(code, detail)

    def message(self, locale: str = "zh-HK", *, plain: bool = False) -> str:
        """Return the message in ``locale`` ("zh-HK" or "en"; anything else reads as English).

        Args:
            plain: for a person in a browser: without commands, settings, paths and names of exceptions.
        """
        variant = f"{self.code}/{self.detail.get('variant', '')}"
        key = variant if variant in MESSAGES else self.code
        catalogue = PLAIN if plain and key in PLAIN else MESSAGES
        return catalogue.text(key, locale if locale in catalogue[key] else "en", **self.detail)

    def __str__(self) -> str:
        return f"{self.message('en')} [{self.code}]"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.code, self.detail))

    def as_dict(self, locale: str = "zh-HK", *, plain: bool = False) -> dict[str, Any]:
        """Return the wire shape ``{"code", "message", "detail"}``; ``plain`` as for :meth:`message`."""
        return {"code": self.code, "message": self.message(locale, plain=plain), "detail": self.detail}


def _rebuild(cls: type[SinziError], code: str, detail: dict[str, Any]) -> SinziError:
    return cls(code, **detail)


class InputError(SinziError):
    """The request is wrong; the same request will fail again."""

    http_status = 400


class FileRejected(InputError):
    """One file cannot be taken in; permanent until the file changes."""

    http_status = 422


class NotFound(SinziError):
    """No such thing in this tenant."""

    http_status = 404


class Conflict(SinziError):
    """The thing exists already or is in another state."""

    http_status = 409


class Forbidden(SinziError):
    """The person lacks the right."""

    http_status = 403


class Unauthenticated(SinziError):
    """Nobody is signed in and no valid key was shown."""

    http_status = 401


class TooMany(SinziError):
    """Asked too often; ``detail["seconds"]`` says how long to wait."""

    http_status = 429


class Misconfigured(SinziError):
    """Settings, model or installation are wrong; the message names the mending command."""

    http_status = 500


class Transient(SinziError):
    """Worth trying again."""

    http_status = 503
