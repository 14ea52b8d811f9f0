"""In a browser: what an upload's line says about people's data, and what an editor decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from assistant.api.app import create
from kb.core.settings import Settings
from tests.browser.conftest import Visit

pytestmark = pytest.mark.slow

ROSTER = (
    "姓名,手提電話,身份證號碼\n"
    "陳大文,9991 2345,U945807(4)\n"
    "李小玲,9992 3456,I302157(7)\n"
    "Gurung Maya,9993 4567,O368193(A)\n"
)


@pytest.fixture(scope="module")
def site_app(site_settings: Settings) -> FastAPI:
    """The application, working through its queue of files."""
    return create(site_settings)


def waiting_line(page: Any, folder: Path, name: str, text: str) -> Any:
    """Upload a list of persons, and return its line once it asks for a decision."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    page.set_input_files("[data-files]", [str(path)])
    found = page.locator("[data-group=needs] .upload", has_text=name)
    found.wait_for(timeout=90_000)
    return found


def test_a_list_of_persons_is_masked(visit: Visit, tmp_path: Path) -> None:
    page = visit("editor", "/t/harmony/library")
    line = waiting_line(page, tmp_path, "名單甲.csv", ROSTER)
    assert "3 個身份證號碼" in line.inner_text()
    assert "3 個私人電話" in line.inner_text()
    assert [one.inner_text() for one in line.locator(".data-choices button").all()] == [
        "只限管理員",
        "遮蓋",
        "照樣放入",
    ]
    line.locator("[data-action=data_mask]").click()
    done = page.locator("[data-group=done] .upload", has_text="名單甲.csv")
    done.wait_for(timeout=90_000, state="attached")
    if not done.is_visible():
        page.locator("[data-group=done] summary").click()
    done.get_by_role("link").click()
    page.locator(".reader-text", has_text="〔個人電話已遮蓋〕").wait_for()
    assert "9991 2345" not in page.locator("[data-reader]").inner_text()
    card = page.locator("[data-personal]")
    assert "3 個身份證號碼" in card.inner_text()
    # changed later, from the document's page
    card.locator("[data-action=data_publish]").click()
    page.locator("dialog[open] button").last.click()
    # the stored text is whole again, and still hidden from those who may not see people's data
    page.locator(".reader-text", has_text="［身份證號碼］").wait_for(timeout=90_000)
    assert "回答問題時仍會遮蓋" in card.inner_text()
    assert "U945807(4)" not in page.locator("body").inner_text()


def test_a_list_of_persons_is_kept_for_owners(visit: Visit, tmp_path: Path) -> None:
    page = visit("owner", "/t/harmony/library", phone=True, locale="en")
    line = waiting_line(page, tmp_path, "roster-b.csv", ROSTER.replace("9991 2345", "9991 9999"))
    assert "3 HKID numbers" in line.inner_text()
    line.locator("[data-action=data_keep]").click()
    page.locator("[data-group=done] .upload", has_text="roster-b.csv").wait_for(timeout=90_000, state="attached")
    page.goto(page.url.split("?")[0] + "?personal_data=true")
    found = page.locator(".documents li", has_text="roster-b.csv")
    found.wait_for()
    assert "administrators only" in found.inner_text()
    other = visit("editor", "/t/harmony/library?personal_data=true", locale="en")
    other.locator("[data-count]", has_text=" ").wait_for()
    assert "roster-b.csv" not in other.locator("body").inner_text()
