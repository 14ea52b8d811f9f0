"""Converts errors of the model's server and its client library to our errors."""

from __future__ import annotations

from assistant.llm import endpoint
from kb.core.errors import Misconfigured, SinziError, Transient
from kb.core.settings import Settings

__all__ = ["error_of"]

_TOO_MANY, _PAYMENT, _UNKNOWN = 429, 402, 404
_REFUSED = (401, 403)


def error_of(error: Exception, settings: Settings) -> SinziError:
    """Return the error to raise for an error of the client library.

    Returns:
        Transient: ``llm_slow``, ``llm_down``, ``llm_budget``, ``llm_rubbish``; Misconfigured: ``llm_key``,
        ``llm_model_unknown``; ``error`` itself where it is one of ours.
    """
    import httpx
    import openai

    if isinstance(error, SinziError):
        return error
    host = endpoint.host(settings)
    reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
    if isinstance(error, (openai.APITimeoutError, httpx.TimeoutException)):
        return Transient("llm_slow", host=host, seconds=settings.llm_timeout_seconds)
    if isinstance(error, openai.APIStatusError):
        return _answered(error.status_code, reason, settings)
    if isinstance(error, (openai.APIConnectionError, httpx.TransportError, OSError)):
        return Transient("llm_down", host=host, reason=reason)
    return Transient("llm_rubbish", host=host, reason=reason)


def _answered(status: int, reason: str, settings: Settings) -> SinziError:
    """Return the error for a response with an error status."""
    host = endpoint.host(settings)
    if status in _REFUSED:
        return Misconfigured("llm_key", host=host, status=status)
    if status == _UNKNOWN:
        return Misconfigured("llm_model_unknown", host=host, model=settings.llm_model)
    if status in (_TOO_MANY, _PAYMENT):
        return Transient("llm_budget", host=host, reason=reason)
    return Transient("llm_down", host=host, reason=f"HTTP {status}: {reason}")
