"""A newcomer's first hour: ``kb serve`` on an empty folder, and two browsers that only do what the pages offer."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from assistant.service.lan_address import lan_addresses
from kb.core.settings import Settings
from tests.helpers.skips import missing

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "data" / "samples" / "harmony" / "documents" / "員工手冊.pdf"


def _walk() -> Any:
    spec = spec_from_file_location("first_hour", ROOT / "docs" / "screenshots" / "first_hour.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site(model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of ``kb serve`` as one starts it for the office: an empty data folder, open to the network."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    data = tmp_path_factory.mktemp("first-hour") / "data"
    command = [sys.executable, "-c", "from kb.cli import main; main()", "--data", str(data), "serve"]
    command += ["--host", "0.0.0.0", "--port", str(port)]
    environment = os.environ | {"KB_CACHE": str(model_settings.cache), "PYTHONPATH": str(ROOT)}
    log = data.parent / "log"
    with log.open("wb") as told:
        service = subprocess.Popen(command, cwd=data.parent, env=environment, stdout=told, stderr=told)
    try:
        for _ in range(600):
            assert service.poll() is None, log.read_text(encoding="utf-8")
            try:
                urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://localhost:{port}"
    finally:
        service.terminate()
        service.wait(timeout=60)


def test_from_an_empty_folder_to_a_colleagues_first_answer(chromium: Any, site: str) -> None:
    walk = _walk()
    seen: list[str] = []

    def look(page: Any, name: str) -> None:
        """Nothing is wider than the screen, and no word of a technician stands on the page."""
        seen.append(name)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        words = page.locator("main").inner_text()
        assert not {word for word in ("KB_", "kb serve", "slug", "localhost", "Traceback") if word in words}, name

    founder, colleague = walk.walk(chromium, site, DOCUMENT, look)
    assert len(seen) == 6
    answer = colleague.locator(".answer").inner_text()
    assert "醫生證明書" in answer
    assert "《員工手冊》" in answer
    assert "第 5.8 條" in answer
    if lan_addresses():  # the colleague's phone came by the office network, not by a name of this computer
        assert urlsplit(colleague.url).hostname == lan_addresses()[0]

    founder.goto(site)
    founder.wait_for_url("**/ask")  # document, colleague and question are done
    founder.goto(f"{site}/t/harmony/manage/people")
    states = {
        row.get_attribute("data-name"): row.get_attribute("data-state")
        for row in founder.locator("[data-invitation]").all()
    }
    assert states == {"黃姑娘": "used", "李先生": "waiting"}

    founder.set_viewport_size({"width": 320, "height": 700})
    for _ in ("zh-HK", "en"):
        for path in ("start", "manage/people", "manage/contacts"):
            founder.goto(f"{site}/t/harmony/{path}")
            assert founder.evaluate("document.documentElement.scrollWidth") <= 320, path
        with founder.expect_navigation():
            founder.locator("[data-locale]").evaluate("one => one.click()")

    colleague.fill("#question", "公司有冇牙科保險？")
    colleague.click("[data-send]")
    colleague.locator(".answer.refused").wait_for()
    assert "人事部，內線 101" in colleague.locator(".answer.refused").inner_text()


def test_an_invitation_is_copied_without_https(chromium: Any, site: str) -> None:
    """Browsers give pages of an office's own address no clipboard; the button copies all the same."""
    if not lan_addresses():
        missing("no network besides this computer's own: the office's address cannot be tried")
    address = f"http://{lan_addresses()[0]}:{urlsplit(site).port}"
    page = chromium.new_context(locale="zh-HK").new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=email]", "chan@harmony.example")
    page.fill("[name=password]", _walk().PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/ask")
    assert page.evaluate("navigator.clipboard === undefined")
    page.goto(f"{address}/t/harmony/manage/people")
    page.locator("[data-renew]").first.click()
    page.locator("dialog .invitation button").first.click()
    page.locator(".toast", has_text="已複製").wait_for()
    with page.expect_navigation():
        page.locator("dialog[open] > .actions button").click()
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'pasted'}))")
    page.focus("#pasted")
    page.keyboard.press("Control+V")
    assert f"{address}/invitation/" in page.input_value("#pasted")
