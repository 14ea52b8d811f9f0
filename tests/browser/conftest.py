"""A real browser on a real server: Chromium by Playwright, the service on a free port with the small organisations.

``visit("member", "/t/harmony/ask", phone=True)`` is a signed-in page. What a page logs as an error fails its test.
Without Playwright or a browser these tests are skipped, in continuous integration they fail; both say what is missing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from assistant.api.app import create
from assistant.api.auth.dependencies import COOKIE
from kb.core.settings import Settings
from kb.people import accounts, sessions
from tests.helpers.running_server import running_server
from tests.helpers.service import email_of
from tests.helpers.skips import missing, module_or_missing

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
PATIENCE_MS = 30_000
Visit = Callable[..., Any]


@pytest.fixture(scope="module")
def site_settings(ready: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of this test file's own copy of the data."""
    data: Path = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(ready.data, data)
    return ready.model_copy(update={"data": data})


@pytest.fixture(scope="module")
def site_app(site_settings: Settings) -> FastAPI:
    """The application the browser talks to; it takes no files in."""
    return create(site_settings, take_in=False)


@pytest.fixture(scope="module")
def site(site_app: FastAPI) -> Iterator[str]:
    """Address of the running service."""
    with running_server(site_app) as address:
        yield address


@pytest.fixture(scope="module")
def chromium(site: str) -> Iterator[Any]:
    """Chromium: the system's, or the one Playwright installed.

    Playwright keeps an event loop running in this thread, which the queue of files does not bear: it is opened after
    the data is there, and closed with the test file.
    """
    api: Any = module_or_missing("playwright.sync_api", "browser tests need: pip install playwright")
    found = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with api.sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=found, args=arguments)
        except api.Error as error:
            missing(f"no browser (apt install chromium, or playwright install chromium): {error.message[:200]}")
        yield opened
        opened.close()


@pytest.fixture
def visit(chromium: Any, site: str, site_settings: Settings) -> Iterator[Visit]:
    """``visit(role, path, phone=False, locale="zh-HK", **context)`` opens a path (or whole address), signed in."""
    contexts: list[Any] = []
    faults: list[str] = []

    def open_page(role: str, path: str, *, phone: bool = False, locale: str = "zh-HK", **more: Any) -> Any:
        user = accounts.by_email(site_settings, email_of(role))
        assert user is not None
        accounts.change(site_settings, user.id, locale=locale)
        context = chromium.new_context(
            viewport=PHONE if phone else DESKTOP,
            is_mobile=phone,
            has_touch=phone,
            locale=locale,
            permissions=["clipboard-read", "clipboard-write"],
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        token = sessions.start(site_settings, user.id)
        address = path if path.startswith("http") else site + path
        context.add_cookies([{"name": COOKIE, "value": token, "url": address.split("/t/")[0]}])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
        page.goto(address)
        return page

    open_page.faults = faults  # type: ignore[attr-defined] - a test that provokes an error empties it
    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
