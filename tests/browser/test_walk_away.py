"""Uploads one can walk away from: a line for each file, what needs somebody first, again, cancel, leaving warns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from assistant.api.app import create
from assistant.web.pages import text
from kb.core.settings import Settings
from tests.browser.conftest import Visit
from tests.helpers.files import make_docx, rules

pytestmark = pytest.mark.slow

SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
QUICK = {**SLOW, "uploadThroughput": -1}
FINISHED = 240_000


@pytest.fixture(scope="module")
def site_app(site_settings: Settings) -> FastAPI:
    """The application, working through its queue of files."""
    return create(site_settings)


def t(key: str, **values: object) -> str:
    return text(f"library.{key}", "zh-HK", **values)


def line(page: Any, name: str) -> Any:
    return page.locator(".upload", has_text=name)


def throttled(page: Any, conditions: dict[str, Any]) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.emulateNetworkConditions", conditions)


def large(path: Path) -> Path:
    """A text that takes a while to send on a slow line, and is short to read: it is cancelled or cut before that."""
    path.write_bytes(b"Rule: keep the doors shut.\n" * 200_000)
    return path


@pytest.fixture
def slow_page(visit: Visit) -> Iterator[Any]:
    """The library's page on a slow line, and in a person's hands: browsers ask nobody who has not touched the page."""
    page = visit("editor", "/t/harmony/library")
    page.locator(".document").first.wait_for()
    page.locator("h1").click()
    throttled(page, SLOW)
    yield page
    throttled(page, QUICK)


def test_twenty_five_files_left_alone(visit: Visit, tmp_path: Path) -> None:
    good = []
    for number in range(21):
        path = tmp_path / f"good-{number:02}.txt"
        path.write_text("\n\n".join(rules(f"matter {number}", 3)), encoding="utf-8")
        good.append(path)
    bad = [tmp_path / name for name in ("broken.pdf", "empty.docx", "half.docx", "program.exe")]
    bad[0].write_bytes(b"%PDF-1.7\nnot really\n")
    bad[1].write_bytes(b"")
    bad[2].write_bytes(make_docx(tmp_path / "whole.docx", "half").read_bytes()[:2000])
    bad[3].write_bytes(b"MZ" + bytes(range(256)) * 8)
    page = visit("editor", "/t/harmony/library")
    page.set_input_files("[data-files]", [str(path) for path in [*good, *bad]])
    page.wait_for_function("() => document.querySelectorAll('.upload').length === 25", timeout=5_000)
    page.locator("[data-upload-leave]", has_text=t("may_leave")).wait_for()
    page.close()  # nothing asks: everything has arrived

    page = visit("editor", "/t/harmony/library")
    said = page.locator("[data-upload-summary]")
    ended = f"{t('summary_done', total=25, done=21)} · {t('summary_need', n=4)}"
    page.wait_for_function(
        "(words) => document.querySelector('[data-upload-summary]').textContent === words", arg=ended, timeout=FINISHED
    )
    assert said.get_attribute("role") == "status"
    # failures first, each with why and what to do, in plain words; the others are folded
    needs = page.locator("[data-group=needs] .upload")
    page.wait_for_function("() => document.querySelectorAll('[data-group=needs] .upload').length === 4")
    assert {one.get_attribute("data-status") for one in needs.all()} == {"failed"}
    for one in needs.all():
        words = one.locator(".field-error").inner_text()
        assert len(words) > 10
        assert "KB_" not in words
        assert "Error" not in words
    assert page.locator("[data-group=done]").get_attribute("open") is None
    assert page.locator("[data-group=done] .upload").count() == 21

    page.get_by_role("button", name=t("clear")).click()
    page.locator("[data-group=done]").wait_for(state="hidden")
    assert needs.count() == 4  # what needs somebody is not cleared away with the rest
    with page.expect_file_chooser() as chooser:
        line(page, "broken.pdf").get_by_role("button", name=t("do_choose_mended")).click()
    chooser.value.set_files(str(make_docx(tmp_path / "mended.docx", "mended")))
    line(page, "mended.docx").locator(".badge", has_text=t("st_indexed")).wait_for(timeout=FINISHED)
    assert line(page, "broken.pdf").count() == 0
    line(page, "empty.docx").get_by_role("button", name=t("do_dismiss")).click()
    page.wait_for_function("() => document.querySelectorAll('[data-group=needs] .upload').length === 2")
    page.reload()
    line(page, "half.docx").wait_for()
    assert needs.count() == 2  # kept until they are dealt with


def test_sending_has_a_percentage_and_is_cancelled(slow_page: Any, tmp_path: Path) -> None:
    page = slow_page
    page.set_input_files("[data-files]", [str(large(tmp_path / f"large-{number}.txt")) for number in range(3)])
    page.wait_for_function("() => document.querySelectorAll('.upload').length >= 3")
    first = line(page, "large-0.txt")
    page.wait_for_function("() => document.querySelector('[data-group=working] progress')?.value >= 3", timeout=60_000)
    assert "%" in first.locator(".badge").inner_text()
    assert first.locator("progress").get_attribute("aria-label") == t("progress_of", name="large-0.txt")
    for number in range(3):
        line(page, f"large-{number}.txt").get_by_role("button", name=t("do_cancel")).click()
        line(page, f"large-{number}.txt").locator(".badge", has_text=t("st_cancelled")).wait_for(state="attached")
    page.locator("[data-upload-leave]").wait_for(state="hidden")
    page.reload()
    page.locator(".document").first.wait_for()
    assert page.locator(".document", has_text="large-").count() == 0


def test_leaving_while_files_are_sent_asks_first(slow_page: Any, tmp_path: Path) -> None:
    page = slow_page
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.set_input_files("[data-files]", str(large(tmp_path / "leaving.txt")))
    page.locator("[data-upload-leave]", has_text=t("stay")).wait_for()
    page.evaluate("() => { location.href = '/account'; }")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert page.url.endswith("/library")
    line(page, "leaving.txt").get_by_role("button", name=t("do_cancel")).click()
    line(page, "leaving.txt").locator(".badge", has_text=t("st_cancelled")).wait_for(state="attached")
    page.goto(page.url.replace("library", "ask"))
    assert asked == ["beforeunload"]  # nothing is being sent, so nothing is asked


def test_a_file_cut_off_by_the_network_is_sent_again(visit: Visit, tmp_path: Path) -> None:
    page = visit("editor", "/t/harmony/library")
    page.locator(".document").first.wait_for()
    path = tmp_path / "cut.txt"
    path.write_text("\n\n".join(rules("cutting", 5)), encoding="utf-8")
    page.route("**/content", lambda route: route.abort("connectionreset"))  # the browser loses the connection
    page.set_input_files("[data-files]", str(path))
    failed = page.locator("[data-group=needs] .upload", has_text="cut.txt")
    failed.wait_for()
    assert failed.locator(".field-error").inner_text() == t("upload_cut", name="cut.txt")
    page.unroute("**/content")
    failed.get_by_role("button", name=t("do_retry")).click()
    page.locator(".upload[data-status=indexed]", has_text="cut.txt").wait_for(timeout=FINISHED, state="attached")
    visit.faults.clear()  # type: ignore[attr-defined] - the browser tells of the connection that the test cut


def test_a_copy_under_another_name_offers_its_name(visit: Visit, tmp_path: Path) -> None:
    page = visit("editor", "/t/harmony/library")
    first = make_docx(tmp_path / "old name.docx", "naming")
    page.set_input_files("[data-files]", str(first))
    page.locator(".upload[data-status=indexed]", has_text="old name.docx").wait_for(timeout=FINISHED, state="attached")
    copy = tmp_path / "new name.docx"
    copy.write_bytes(first.read_bytes())
    page.set_input_files("[data-files]", str(copy))
    told = page.locator("[data-group=needs] .upload", has_text="new name.docx")
    told.wait_for(timeout=FINISHED)
    assert t("known_as", name="old name.docx") in told.inner_text()
    told.get_by_role("button", name=t("do_take_name")).click()
    page.locator(".document-name", has_text="new name.docx").wait_for()
    assert page.locator(".document-name", has_text="old name.docx").count() == 0
