"""The language model of the settings: its key, and whether it answers."""

from __future__ import annotations

from typing import Any

from kb.core.errors import Misconfigured, Transient
from kb.core.settings import Settings

__all__ = ["key", "probe"]

_REFUSED = (401, 403)
_SPENT = (402, 429)
_UNKNOWN = (400, 404)


def key(settings: Settings) -> str:
    """Return the key of the setting, or of its file.

    Raises:
        Misconfigured: ``llm_key_file``.
    """
    own = settings.llm_api_key.get_secret_value()
    if own or settings.llm_api_key_file is None:
        return own
    try:
        lines = settings.llm_api_key_file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured("llm_key_file", path=str(settings.llm_api_key_file), reason=str(error)) from error
    return lines[0].strip() if lines else ""


def probe(settings: Settings) -> str:
    """Ask the model for one word, which holds nothing of anybody's, and return what it said.

    Raises:
        Misconfigured: ``llm_key_file``, ``llm_key``, ``llm_model_unknown``.
        Transient: ``llm_down``, ``llm_slow``, ``llm_budget``, ``llm_rubbish``.
    """
    import httpx

    url = f"{settings.llm_base_url.rstrip('/')}/chat/completions"
    body = {"model": settings.llm_model, "messages": [{"role": "user", "content": "Say OK."}], "max_tokens": 16}
    headers = {"Authorization": f"Bearer {key(settings) or 'none'}"}
    host = httpx.URL(url).netloc.decode()
    try:
        response = httpx.post(url, json=body, headers=headers, timeout=settings.llm_timeout_seconds)
    except httpx.TimeoutException as error:
        raise Transient("llm_slow", host=host, seconds=settings.llm_timeout_seconds) from error
    except (httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise Transient("llm_down", host=host, reason=str(error) or type(error).__name__) from error
    if response.status_code in _REFUSED:
        raise Misconfigured("llm_key", host=host, status=response.status_code)
    if response.status_code in _UNKNOWN:
        raise Misconfigured("llm_model_unknown", host=host, model=settings.llm_model)
    if response.status_code in _SPENT:
        raise Transient("llm_budget", host=host, reason=f"HTTP {response.status_code}")
    if not response.is_success:
        raise Transient("llm_down", host=host, reason=f"HTTP {response.status_code}")
    return _said(response.text, _json(response, host), host)


def _json(response: Any, host: str) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise Transient("llm_rubbish", host=host, reason=response.text[:80]) from error


def _said(text: str, body: Any, host: str) -> str:
    try:
        return str(body["choices"][0]["message"].get("content") or "")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise Transient("llm_rubbish", host=host, reason=text[:80]) from error
