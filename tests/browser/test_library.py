"""Looking after the library in a browser: files in, their progress, a document opened, withdrawn, restored."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from assistant.api.app import create
from assistant.web.pages import text
from kb.core.settings import Settings
from tests.browser.conftest import Visit
from tests.helpers.files import make_docx, make_pdf

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site_app(site_settings: Settings) -> FastAPI:
    """The application, working through its queue of files."""
    return create(site_settings)


def upload(page: Any, *paths: Path) -> None:
    page.set_input_files("[data-files]", [str(path) for path in paths])


def row(page: Any, name: str, status: str) -> Any:
    """The upload's row, once it stands at ``status``."""
    found = page.locator(f'.upload[data-status="{status}"]', has_text=name)
    found.wait_for(timeout=90_000)
    return found


@pytest.mark.parametrize("locale", ["zh-HK", "en"])
def test_files_in_a_document_withdrawn_and_restored(visit: Visit, tmp_path: Path, locale: str) -> None:
    def t(key: str, **values: object) -> str:
        return text(f"library.{key}", locale, **values)

    name = f"handbook-{locale}.docx"
    broken = tmp_path / f"broken-{locale}.pdf"
    broken.write_bytes(b"%PDF-1.7\nnot really\n")
    page = visit("editor", "/t/harmony/library", locale=locale)
    upload(page, make_docx(tmp_path / name, f"leave {locale}"), broken)
    failed = row(page, broken.name, "failed")
    assert t("st_failed") in failed.inner_text()
    assert broken.name in failed.locator(".field-error").inner_text()  # says why, and what to do
    row(page, name, "indexed").get_by_role("link", name=t("open")).click()

    page.locator(".chunk").first.wait_for()
    assert "Rule 1 on leave" in page.locator(".chunks").inner_text()
    page.fill("#trial-question", "How long is the leave record of case 7 kept?")
    page.press("#trial-question", "Enter")
    page.locator(".trial-found li").first.wait_for()
    assert re.search(r"\d", page.locator(".trial-found strong").first.inner_text())

    def act(button: str, state: str) -> None:
        page.get_by_role("button", name=t(button), exact=True).click()
        page.locator("dialog[open] button[value=yes]").click()
        page.locator(".versions .badge", has_text=t(state)).wait_for()

    act("withdraw", "state_withdrawn")
    page.locator(".chunk").first.wait_for()  # what is withdrawn can still be read
    act("restore", "state_published")
    page.get_by_role("button", name=t("edit_details")).click()
    page.fill("[data-edit-form] [name=owner]", "陳主任")
    page.click("[data-edit-form] [type=submit]")
    page.locator(".facts dd", has_text="陳主任").wait_for()
    page.goto(page.url.rsplit("/", 1)[0] + f"?q=handbook-{locale}")
    page.locator(".document", has_text="陳主任").wait_for()
    assert page.locator(".document").count() == 1


def test_a_passage_is_marked_on_its_page(visit: Visit, tmp_path: Path) -> None:
    page = visit("editor", "/t/harmony/library")
    upload(page, make_pdf(tmp_path / "manual.pdf", "visits", pages=2))
    row(page, "manual.pdf", "indexed").get_by_role("link").click()
    page.locator(".chunk").last.focus()
    mark = page.locator(".page-mark").first
    mark.wait_for()
    image = page.locator("[data-image]")
    assert "/pages/2." in image.get_attribute("src")
    page.wait_for_function("() => document.querySelector('[data-image]').naturalWidth > 0")
    inside, around = mark.bounding_box(), image.bounding_box()
    assert around["x"] <= inside["x"]
    assert inside["x"] + inside["width"] <= around["x"] + around["width"] + 1


def test_a_reader_reads_and_changes_nothing_on_a_phone(visit: Visit) -> None:
    page = visit("member", "/t/harmony/library", phone=True)
    page.locator(".document").first.wait_for()
    assert page.locator("[data-drop], [data-uploads]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".document", has_text="Complaint").click()
    page.locator(".chunk").first.wait_for()
    assert page.locator("[data-edit], [data-delete], [data-replace]").count() == 0
    assert page.locator(".versions button").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_term_and_a_card_are_changed_by_the_owner(visit: Visit) -> None:
    page = visit("owner", "/t/harmony/manage/glossary", locale="en")
    page.get_by_role("button", name="Add a term").click()
    page.fill("[data-term-form] [name=written]", "藍鯨計劃")
    page.fill("[data-term-form] [name=colloquial]", "飯枱仔")
    page.click("[data-term-form] [type=submit]")
    page.locator(".terms td", has_text="飯枱仔").wait_for()
    page.goto(page.url.replace("glossary", "settings"))
    page.locator("[data-card]").first.get_by_role("button", name="Edit").click()
    page.fill("[data-card-form] [name=title_en]", "A matter of our own")
    page.click("[data-card-form] [type=submit]")
    page.locator("[data-card] strong", has_text="A matter of our own").wait_for()
