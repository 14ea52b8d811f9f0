"""The two copies of a document in a browser: from an answer into the other language, side by side, rejected and set."""

from __future__ import annotations

import re
from typing import Any

import pytest

from assistant.web.pages import text
from kb.core.settings import Settings
from tests.browser.conftest import Visit
from tests.helpers.bilingual_pair import CHINESE_NAME, ENGLISH_NAME, copy_with_pair, document

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site_settings(ready: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a copy of the data that holds the pair as well."""
    return copy_with_pair(ready, tmp_path_factory.mktemp("site"))


# A mark's own words, without those for screen readers.
WORDS = """marks => marks.map(
  mark => [...mark.childNodes].filter(one => one.nodeType === Node.TEXT_NODE).map(one => one.data).join("")
)"""


def fits(page: Any) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize(
    ("locale", "phone", "question", "quoted", "other"),
    [
        ("zh-HK", False, "借用車輛要幾多日前申請？", "12天", "14 days"),
        ("en", True, "How many days before must the form for the vehicle be handed in?", "14 days", "12天"),
    ],
)
def test_from_a_quote_to_the_other_language_and_back(
    visit: Visit, locale: str, phone: bool, question: str, quoted: str, other: str
) -> None:
    page = visit("member", "/t/harmony/ask", locale=locale, phone=phone)
    page.fill("#question", question)
    page.press("#question", "Enter")
    foot = page.locator(".quoted", has_text=quoted).locator(".cite-foot")
    there, back = ("copy_en", "copy_zh") if locale == "zh-HK" else ("copy_zh", "copy_en")
    foot.get_by_text(text(f"ask.{there}", locale)).click()
    marked = page.locator(".source mark")
    marked.first.wait_for()
    assert other in " ".join(marked.all_inner_texts())
    assert fits(page)
    page.locator(".source-head").get_by_text(text(f"ask.{back}", locale)).click()
    page.locator(".source mark", has_text=quoted).wait_for()
    page.get_by_role("button", name=text("common.close", locale)).last.click()
    assert page.evaluate("document.activeElement.className") == "counterpart-link"


@pytest.mark.parametrize("phone", [False, True])
def test_side_by_side(visit: Visit, site_settings: Settings, phone: bool) -> None:
    page = visit("member", f"/t/harmony/library/{document(site_settings, CHINESE_NAME).id}", phone=phone)
    page.locator("[data-counterpart] .badge").click()  # says that figures may differ, and leads there
    page.wait_for_url("**/twin?only=differing", wait_until="load")
    row = page.locator(".pair-row")
    assert row.count() == 1
    assert [mark.strip() for mark in row.locator("mark").evaluate_all(WORDS)] == ["12天", "14 days"]
    left, right = (side.bounding_box() for side in row.locator(".pair-side").all())
    assert (left["x"] == right["x"], left["y"] < right["y"]) == (phone, phone)
    assert fits(page)
    page.get_by_role("link", name=text("pairs.only_all", "zh-HK")).click()
    page.wait_for_url(re.compile(r"/twin$"))
    assert page.locator(".pair-row").count() > 5
    page.locator(".pair-place").last.click()
    page.locator("dialog.source mark").first.wait_for()


def test_rejected_and_set_again(visit: Visit, site_settings: Settings) -> None:
    def t(key: str) -> str:
        return text(f"pairs.{key}", "en")

    page = visit("editor", f"/t/harmony/library/{document(site_settings, ENGLISH_NAME).id}", locale="en")
    line = page.locator("[data-counterpart]")
    line.get_by_text(t("found")).wait_for()
    line.get_by_role("button", name=t("unpair")).click()
    page.locator("dialog[open] button[value=yes]").click()
    line.get_by_text(t("none"), exact=True).wait_for()
    line.get_by_role("button", name=t("name")).click()
    page.locator("dialog[open] select").select_option(label=f"車輛借用守則 ({CHINESE_NAME})")
    page.locator("dialog[open] [type=submit]").click()
    line.get_by_text(t("set")).wait_for()
    assert line.get_by_role("link", name="車輛借用守則").is_visible()


def test_a_reader_may_look_and_change_nothing(visit: Visit, site_settings: Settings) -> None:
    page = visit("member", f"/t/harmony/library/{document(site_settings, CHINESE_NAME).id}")
    line = page.locator("[data-counterpart]")
    line.get_by_role("link", name=text("pairs.side_by_side", "zh-HK")).wait_for()
    assert line.get_by_role("button").count() == 0
