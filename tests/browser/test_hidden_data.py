"""In a browser: people's data is marked where it is hidden, once it is said, and a request for it is declined."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from assistant.api.app import create
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.store import tenants
from tests.browser.conftest import Visit
from tests.helpers.ingest_files import ingest_files

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site_app(site_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application, with a notice that has a colleague's data."""
    path: Path = tmp_path_factory.mktemp("notice") / "替更安排.txt"
    path.write_text("替更安排\n7.4 替更找莊文彬，手提電話 9000 4417，身份證號碼 Z683365(0)。\n", encoding="utf-8")
    with WorkerPool(site_settings) as workers:
        ingest_files(site_settings, workers, tenants.get(site_settings, "harmony"), [path], "main")
    return create(site_settings, take_in=False)


def test_marks_say_what_they_are(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask")
    page.locator("textarea").first.fill("替更安排 7.4 條寫咩")
    page.keyboard.press("Enter")
    marks = page.locator(".answer .hidden-data")
    marks.first.wait_for()
    page.locator(".answer[aria-busy=false]").wait_for()
    assert marks.all_inner_texts() == ["［私人電話］", "［身份證號碼］"]
    assert marks.first.get_attribute("title") == "其他人的個人資料，已遮蓋"
    assert page.locator(".answer .hidden-note").count() == 1
    assert "部分個人資料已遮蓋" in page.locator(".answer .hidden-note").inner_text()
    assert "4417" not in page.content()


def test_a_request_is_declined(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    page.locator("textarea").first.fill("莊文彬嘅手提電話係幾多號")
    page.keyboard.press("Enter")
    page.locator(".answer[aria-busy=false]").wait_for()
    said = page.locator(".answer").inner_text()
    assert "個人資料，不提供" in said
    assert "人事部，內線 101" in said
    assert "4417" not in page.content()


def test_the_right_is_given_on_the_page(visit: Visit) -> None:
    page = visit("owner", "/t/harmony/manage/rights")
    box = page.locator("[data-collection=main] details.personal-data")
    box.locator("summary").click()
    box.locator("[data-show-personal]").select_option(label="Evaluator · 評測員")
    page.locator("[data-collection=main] [data-hide-personal]").wait_for()
    asked = visit("evaluator", "/t/harmony/ask")
    asked.locator("textarea").first.fill("莊文彬嘅手提電話係幾多號")
    asked.keyboard.press("Enter")
    asked.locator(".answer[aria-busy=false]").wait_for()
    assert "9000 4417" in asked.locator(".answer").inner_text()
    page.locator("[data-collection=main] [data-hide-personal]").click()
    page.locator("[data-collection=main] [data-hide-personal]").wait_for(state="detached")
