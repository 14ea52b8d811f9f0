"""Render HTML pages: templates, texts in the reader's language, and the values that every page needs."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import ModuleType
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from kb.core import plugins
from kb.core.local_date import in_hong_kong
from kb.core.messages import Catalogue

__all__ = ["page_packages", "render", "static_address", "text", "text_keys", "texts"]


@cache
def page_packages() -> tuple[ModuleType, ...]:
    """Return the packages with pages: those registered in the entry-point group ``sinzi.pages``, sorted by name.

    Such a package has the folders ``templates/``, ``messages/`` and ``static/``.
    """
    return tuple(plugins.registered("sinzi.pages"))


@cache
def _catalogues() -> dict[str, Catalogue]:
    """Return ``{area: texts}`` from every ``messages/<area>.json`` of the packages with pages."""
    return {
        entry.name.removesuffix(".json"): Catalogue(package.__name__, f"messages/{entry.name}")
        for package in page_packages()
        for entry in files(package).joinpath("messages").iterdir()
        if entry.name.endswith(".json")
    }


def text_keys() -> frozenset[str]:
    """Return the keys of all texts of pages. A key is "<area>.<name>"."""
    return frozenset(f"{area}.{name}" for area, catalogue in _catalogues().items() for name in catalogue)


def text(key: str, locale: str, **values: object) -> str:
    """Return the text ``key`` ("<area>.<name>") in ``locale``."""
    area, _, name = key.partition(".")
    return _catalogues()[area].text(name, locale, **values)


def texts(area: str, locale: str) -> dict[str, str]:
    """Return all texts of an area in ``locale`` by name, for a page's script. Fields in texts are not filled in."""
    return _catalogues()[area].texts(locale)


@cache
def _environment() -> Environment:
    loader = ChoiceLoader([PackageLoader(package.__name__) for package in page_packages()])
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.globals |= {"t": _page_text, "say": text, "page_texts": _page_texts, "static": static_address}
    environment.filters["as_json"] = _as_json
    environment.filters["clock"] = _clock
    return environment


def _clock(at: datetime | str) -> str:
    """Return a time, also in ISO 8601, as pages show it: in Hong Kong, to the minute."""
    return f"{in_hong_kong(datetime.fromisoformat(at) if isinstance(at, str) else at):%Y-%m-%d %H:%M}"


@pass_context
def _page_text(context: Context, key: str, **values: object) -> str:
    return text(key, str(context["locale"]), **values)


@pass_context
def _page_texts(context: Context, *areas: str) -> dict[str, str]:
    """Return the texts that a page's script needs, by full key: those of ``areas`` and of ``common``."""
    found: dict[str, str] = {}
    for area in ("common", *areas):
        found |= {f"{area}.{key}": value for key, value in texts(area, str(context["locale"])).items()}
    return found


def _as_json(value: object) -> str:
    """Return JSON that is safe inside a script element of type application/json."""
    from markupsafe import Markup

    encoded = json.dumps(value, ensure_ascii=False, default=str)
    return Markup(encoded.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704 - escaped right here


@cache
def static_address(name: str) -> str:
    """Return the URL of a static file, with a digest, so that browsers cache the file until it changes.

    Raises:
        KeyError: no package has the file.
    """
    for package in page_packages():
        found: Traversable = files(package).joinpath("static", name)
        if found.is_file():
            return f"/static/{name}?v={hashlib.sha256(found.read_bytes()).hexdigest()[:10]}"
    raise KeyError(name)


def render(request: Request, template: str, *, status_code: int = 200, **values: Any) -> HTMLResponse:
    """Render a template.

    Every template has ``request``, ``locale``, ``user`` (None before sign-in), ``caller`` (None outside a tenant),
    ``csrf``, ``t(key)`` for texts and ``static(name)`` for URLs of static files.
    """
    state = request.state
    locale = str(getattr(state, "locale", "zh-HK"))
    shared = {
        "request": request,
        "locale": locale,
        "user": getattr(state, "user", None),
        "caller": getattr(state, "caller", None),
        "csrf": getattr(state, "csrf", ""),
    }
    return HTMLResponse(_environment().get_template(template).render(shared | values), status_code=status_code)
