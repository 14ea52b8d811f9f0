"""An emergency on the screen: numbers that dial, first for eyes and ears; the procedure; a way back to a question."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from assistant.cards import subject_cards
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library import contacts
from kb.library.contacts import Contacts
from kb.library.documents import Library
from kb.search.retriever import Retriever
from kb.store import tenants
from tests.assistant.test_emergency import unclear_message
from tests.browser.conftest import Visit
from tests.browser.test_every_page import AXE, AXE_FAULTS, OUTSIDE
from tests.helpers.ingest_files import ingest_files
from tests.helpers.skips import missing

pytestmark = pytest.mark.slow

MISSING, PROCEDURE_QUESTION = "有院友唔見咗，搵極都搵唔到！", "院友走失的通報程序是怎樣的？"
PROCEDURE = """# 院舍安全手冊

## 2 院友走失

2.1 當值主管即時帶隊搜索全院、天台及附近街道。

2.2 十五分鐘後仍未尋回，致電 999 報警，並通知家屬及院長。
"""


@pytest.fixture(scope="module")
def site_settings(ready: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a copy of the data in which harmony has a procedure and contacts of its own."""
    folder: Path = tmp_path_factory.mktemp("site")
    shutil.copytree(ready.data, folder / "data")
    settings = ready.model_copy(update={"data": folder / "data"})
    path = folder / "院舍安全手冊.md"
    path.write_text(PROCEDURE, encoding="utf-8")
    tenant = tenants.get(settings, "harmony")
    with WorkerPool(settings) as workers:
        ingest_files(settings, workers, tenant, [path], "main")
    library = Library(tenant)
    names = {card.id: "恆頌護理安老院當值護士長（夜更及假日）6123 4567" for card in subject_cards.listing(library)}
    contacts.save(library, Contacts(cards=names))
    return settings


def ask(page: Any, question: str) -> Any:
    """Ask by keyboard and return the answered turn."""
    before = page.locator(".tools").count()
    page.locator("#question").fill(question)
    page.locator("[data-send]").click()
    page.wait_for_function("n => document.querySelectorAll('.tools').length > n", arg=before)
    return page.locator(".turn").last


def check_with_axe(page: Any) -> None:
    if not AXE.is_file():
        missing("axe-core is not there: npm ci")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 8000})
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(AXE_FAULTS) == []


def test_the_numbers_dial_and_are_read_first(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    turn = ask(page, MISSING)
    card = turn.locator(".answer > .subject")
    assert card.evaluate("node => node === node.parentElement.firstElementChild")
    assert card.evaluate("node => node === document.activeElement"), "what has the focus is read first"
    assert card.evaluate("node => node.tagName === 'SECTION' && Boolean(node.ariaLabel)")
    assert turn.locator(".answer").get_attribute("aria-busy") == "false"
    calls = card.locator("a.call")
    assert calls.first.get_attribute("href") == "tel:61234567", "the organisation's own contact"
    assert "tel:999" in calls.evaluate_all("nodes => nodes.map((node) => node.getAttribute('href'))")
    assert 1 <= card.locator("a.call.large").count() <= 2
    for call in calls.all():
        box = call.bounding_box()
        assert box["height"] >= (56 if "large" in call.get_attribute("class") else 44)
        assert box["y"] + box["height"] <= 844, "seen without scrolling"
    assert turn.locator("blockquote").count() == 1
    assert "致電 999 報警" in turn.locator("blockquote").inner_text()
    turn.locator(".cite-line").click()
    page.wait_for_selector(".clauses mark")
    page.keyboard.press("Escape")


def seen(page: Any, part: Any) -> bool:
    """Whether all of a part stands between the bars and the field for questions."""
    box = part.bounding_box()
    top = page.locator(".ask-top").bounding_box()
    return bool(
        box["y"] >= top["y"] + top["height"] - 1
        and box["y"] + box["height"] <= page.locator(".ask-foot").bounding_box()["y"] + 15
    )


@pytest.mark.parametrize("question", ["有院友話想死，點算？", "A client wants to die", "廚房有好大陣煤氣味", MISSING])
def test_the_first_step_is_seen_on_a_phone(visit: Visit, question: str) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    turn = ask(page, question)
    page.wait_for_timeout(600)
    assert seen(page, turn.locator(".subject h3"))
    assert seen(page, turn.locator(".steps li").first)
    assert 3 <= turn.locator(".steps li").count() <= 6


def test_another_card_is_a_button_away(visit: Visit, site_settings: Settings) -> None:
    retriever = Retriever(site_settings, tenants.get(site_settings, "harmony"))
    question = unclear_message(retriever)
    for phone, locale in ((True, "zh-HK"), (False, "en")):
        page = visit("member", "/t/harmony/ask", phone=phone, locale=locale)
        first = ask(page, question)
        button = first.locator("[data-other-card]").first
        title = button.inner_text()
        assert button.bounding_box()["height"] >= 44
        assert button.get_attribute("aria-label").startswith(f"也可能是：{title}"), "in the language of the card"
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelectorAll('.tools').length === 2")
        card = page.locator(".turn").last.locator(".subject.emergency")
        assert card.locator("h3").inner_text() == title
        assert card.evaluate("node => node === document.activeElement"), "read out"
        assert page.evaluate(OUTSIDE) == []
        check_with_axe(page)


def test_a_second_message_and_the_end(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    ask(page, MISSING)
    later = ask(page, "幾時要報警？")
    assert later.locator("a.call.large").count() == 2
    assert not later.locator(".steps").is_visible()
    assert "致電 999 報警" in later.locator("blockquote").inner_text()
    page.locator("#question").fill("多謝 佢而家冇事喇")
    page.locator("[data-send]").click()
    over = page.locator(".turn").nth(2)
    over.locator(".subject.folded").wait_for()
    over.locator(".answer[aria-busy=false]").wait_for()
    assert over.locator(".emergency").count() == 0
    assert "主管" in over.inner_text()
    check_with_axe(page)


def test_the_button_for_no_emergency_is_in_the_language_of_the_card(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", locale="zh-HK")
    button = ask(page, "A resident is missing").locator("[data-no-emergency]")
    assert button.inner_text() == "Not an emergency? Answer it as a question"
    assert button.get_attribute("lang") == "en"
    assert button.evaluate("node => getComputedStyle(node).borderTopColor !== 'rgba(0, 0, 0, 0)'"), (
        "looks like a button"
    )


def test_the_page_of_cards_has_room(visit: Visit) -> None:
    page = visit("owner", "/t/harmony/manage/cards", phone=True)
    card = page.locator(".cards-list > li").first
    assert card.evaluate("node => parseFloat(getComputedStyle(node).paddingLeft)") >= 10
    tried = page.locator("section.form-card").bounding_box()
    assert card.bounding_box()["y"] - (tried["y"] + tried["height"]) >= 10
    assert card.locator(".steps li").count() >= 3
    check_with_axe(page)


def test_nothing_else_stands_there(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask")
    turn = ask(page, MISSING)
    for selector in (".badge", ".nearest", ".as-of", ".egress", ".verdicts", "[data-draft]", ".searched"):
        assert turn.locator(selector).count() == 0, selector
    assert "人事部" not in turn.inner_text()
    assert "文件沒有" not in turn.inner_text()


@pytest.mark.parametrize(
    ("locale", "phone", "scheme", "question"),
    [("zh-HK", True, "light", MISSING), ("en", False, "dark", "A resident is missing"), ("en", True, "light", MISSING)],
)
def test_it_fits_a_narrow_screen_and_axe_finds_nothing(
    visit: Visit, locale: str, phone: bool, scheme: str, question: str
) -> None:
    page = visit("member", "/t/harmony/ask", phone=phone, locale=locale, color_scheme=scheme, reduced_motion="reduce")
    if phone:
        page.set_viewport_size({"width": 320, "height": 640})
    turn = ask(page, question)
    assert page.evaluate(OUTSIDE) == []
    first = turn.locator("a.call").first.bounding_box()
    assert first["y"] + first["height"] < page.locator(".ask-foot").bounding_box()["y"], "not under the composer"
    check_with_axe(page)


def test_a_stored_conversation_shows_the_same(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    before = ask(page, MISSING).locator(".answer").inner_text()
    page.reload()
    page.wait_for_selector(".subject")
    assert page.locator(".turn .answer").inner_text() == before


def test_who_says_that_it_is_no_emergency_gets_the_usual_answer(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask")
    turn = ask(page, MISSING)
    turn.locator("[data-no-emergency]").click()
    page.wait_for_function("() => document.querySelectorAll('.tools').length === 2")
    second = page.locator(".turn").last
    assert second.locator(".bubble").inner_text().endswith(MISSING)
    assert second.locator(".subject").count() == 0
    assert second.locator(".verdicts").count() == 1


def test_the_short_text_for_whatsapp_begins_with_the_numbers(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    ask(page, MISSING).locator("[data-copy-short]").click()
    page.wait_for_selector(".toast")
    copied = page.evaluate("navigator.clipboard.readText()")
    lines = copied.split("\n")
    assert lines[1].endswith("6123 4567")
    assert copied.count("999") >= 2
    assert "致電 999 報警" in copied
    assert "院舍安全手冊" in copied
    assert copied.count(lines[0]) == 1, "the card once"


def test_a_question_about_the_procedure_has_a_folded_card(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    turn = ask(page, PROCEDURE_QUESTION)
    card = turn.locator(".subject.folded")
    assert card.locator(".line a").first.get_attribute("href") == "tel:61234567"
    assert card.locator("details").get_attribute("open") is None
    assert "致電 999 報警" in turn.locator("blockquote").first.inner_text()
    assert turn.locator(".verdicts").count() == 1
    check_with_axe(page)


def test_the_card_stays_where_the_rest_does_not_come(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    page.wait_for_selector(".starts button")
    card = {
        "id": "x",
        "title": "火警",
        "text": "離開。",
        "contacts": [{"name": "消防", "number": "999"}],
        "is_emergency": True,
    }
    told = f"event: card\ndata: {json.dumps({'card': card})}\n\n"
    page.route("**/messages", lambda route: route.fulfill(body=told, content_type="text/event-stream"))
    page.locator("#question").fill("火警")
    page.locator("[data-send]").click()
    page.wait_for_selector(".answer .notice")
    assert page.locator(".answer > .subject a.call").get_attribute("href") == "tel:999"


def test_where_the_service_is_away_one_number_is_there(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    page.wait_for_selector(".starts button")
    page.route("**/messages", lambda route: route.abort())
    page.locator("#question").fill("火警")
    page.locator("[data-send]").click()
    page.wait_for_selector(".answer .notice")
    assert page.locator(".answer a[href='tel:999']").is_visible()
    visit.faults[:] = [one for one in visit.faults if not re.search("Failed to load|ERR_FAILED", one)]  # type: ignore[attr-defined]
    page.goto(page.url.split("/t/")[0] + "/offline")
    assert page.locator("a[href='tel:999']").count() == 2
