"""An evaluator's work in a browser: a question looked at from inside, one click into a test set, a run, its figures."""

from __future__ import annotations

import pytest

from assistant.web.pages import text
from tests.browser.conftest import Visit

pytestmark = pytest.mark.slow

QUESTION = "八號風球要唔要返工？"


@pytest.mark.parametrize(("locale", "phone"), [("zh-HK", True), ("en", False)])
def test_from_a_question_to_a_run(visit: Visit, locale: str, phone: bool) -> None:
    def t(key: str, **values: object) -> str:
        return text(f"measure.{key}", locale, **values)

    name = f"set {locale}"
    page = visit("evaluator", "/t/harmony/measure", phone=phone, locale=locale)
    page.fill("#hit-test input[name=question]", QUESTION)
    page.get_by_role("button", name=t("look"), exact=True).click()
    first = page.locator(".hit").first
    first.wait_for()
    assert f"{t('rank_final')} 1" in first.locator(".ranks").inner_text()
    assert first.locator("mark").count() == 1  # the sentence closest to the question
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]

    first.get_by_role("button", name=t("right_one")).click()
    page.fill("dialog[open] input[name=name]", name)
    page.fill("dialog[open] input[name=facts]", "八號|8號")
    page.locator("dialog[open] button[type=submit]").click()
    page.get_by_text(t("added", name=name)).wait_for()

    page.goto(page.url.split("/measure")[0] + f"/measure/sets/{name}")
    assert QUESTION in page.locator("td.asked").inner_text()
    page.get_by_role("button", name=t("run_it")).click()
    run = page.locator("tbody tr", has_text=name).first
    run.wait_for()
    run.get_by_role("link").click()
    page.locator("figure svg").first.wait_for()
    assert page.locator("h1").inner_text() == name
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_questions_that_went_wrong_are_empty_at_first(visit: Visit) -> None:
    page = visit("evaluator", "/t/harmony/measure/questions")
    assert text("measure.nothing_logged", "zh-HK") in page.locator("main").inner_text()
