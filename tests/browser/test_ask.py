"""A frontline worker's day, in a browser: ask, read the page it stands on, pass it on, say when it was no use."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from assistant.api.app import create
from assistant.llm import model_choices
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import tenants
from tests.browser.conftest import Visit
from tests.helpers.language_model_server import LanguageModelServer
from tests.helpers.running_server import running_server

pytestmark = pytest.mark.slow

CANTONESE = "八號風球要唔要返工？"
ENGLISH = "How long does a complaint reply take?"
UNANSWERED = "公司有冇牙科保險？"
MOST_BYTES = 200_000


@pytest.fixture
def with_model(site_settings: Settings) -> Iterator[Callable[[Callable[[str], str]], str]]:
    """The same organisations with a language model that says ``reply(prompt)``; gives the service's address."""
    library = Library(tenants.get(site_settings, "harmony"))
    model_choices.save(library, model_choices.ModelChoices(enabled=True))
    with ExitStack() as running:

        def start(reply: Callable[[str], str]) -> str:
            model = LanguageModelServer(lambda body: reply(json.dumps(body, ensure_ascii=False)))
            running.callback(model.server.server_close)
            running.callback(model.server.shutdown)
            told = site_settings.model_copy(update={"llm_base_url": model.url, "llm_model": "m"})
            return running.enter_context(running_server(create(told, take_in=False)))

        yield start
    model_choices.save(library, model_choices.ModelChoices(enabled=False))


def ask(page: Any, question: str) -> Any:
    """Ask by keyboard and return the answered turn."""
    before = page.locator(".tools").count()
    page.locator("#question").fill(question)
    page.locator("[data-send]").click()
    page.wait_for_function("n => document.querySelectorAll('.tools').length > n", arg=before)
    return page.locator(".turn").last


def test_on_a_phone_in_cantonese_to_the_marked_words_and_back(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    page.wait_for_selector(".starts button")
    turn = ask(page, CANTONESE)
    assert turn.locator(".bubble").inner_text().endswith(CANTONESE)
    assert turn.locator(".answer").get_attribute("aria-busy") == "false"
    assert "沒有資料離開本機構" in turn.inner_text()
    quote = turn.locator("blockquote").first.inner_text()
    button = turn.locator(".cite-line").first
    assert "打開原文" in button.text_content()
    button.click()
    page.wait_for_selector(".clauses mark")
    panel = page.locator("dialog.source").bounding_box()
    assert (panel["width"], panel["height"]) == (390, 844), "the whole screen"
    assert page.evaluate("document.activeElement.id") == "source-title"
    marked = "".join(page.locator(".clauses mark").all_inner_texts())
    assert marked.replace("\n", "") in quote.replace("\n", "")
    assert page.locator(".clauses section:not(.here)").count() > 0, "neighbours to scroll to"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.source", state="hidden")
    assert button.evaluate("node => node === document.activeElement")


def test_back_on_a_phone_leads_from_the_page_to_the_answer(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    turn = ask(page, CANTONESE)
    address = page.url
    turn.locator(".cite-line").first.click()
    page.wait_for_selector(".clauses mark")
    page.go_back()
    page.wait_for_selector("dialog.source", state="hidden")
    assert page.url == address
    assert turn.locator("blockquote").first.is_visible()
    page.go_back()
    page.wait_for_selector(".starts button")
    page.go_forward()
    page.wait_for_selector(".tools")
    assert page.url == address


def test_a_link_to_a_place_opens_it_and_leads_on_to_asking(visit: Visit, site: str) -> None:
    page = visit("member", "/t/harmony/ask", locale="en")
    ask(page, ENGLISH)
    with page.expect_request("**/source?*") as request:
        page.locator(".cite-line", has_text="Complaint").first.click()
    found = page.request.get(request.value.url).json()
    block = next(one for one in found["blocks"] if one["start"] is not None)
    where = f"chunk={block['chunk_id']}&start={block['start']}&end={block['end']}"
    page.goto(f"{site}/t/harmony/sources/{found['version_id']}?{where}")
    page.wait_for_selector(".sheet:not(.loading) .lit")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("() => document.querySelector('dialog.source').matches(':modal')")
    page.get_by_role("button", name="Close").click()
    page.wait_for_url("**/t/harmony/ask")


def test_on_a_desktop_in_english_the_page_of_the_pdf_is_shown_beside(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", locale="en")
    turn = ask(page, ENGLISH)
    assert "Nothing left the organisation" in turn.inner_text()
    turn.locator(".cite-line", has_text="Complaint Handling Policy").first.click()
    image = page.locator(".sheet img")
    page.wait_for_selector(".sheet:not(.loading)")
    assert image.evaluate("node => node.naturalWidth") >= 480
    mark, sheet = page.locator(".sheet .lit").first.bounding_box(), page.locator(".sheet").bounding_box()
    assert sheet["x"] < mark["x"] < mark["x"] + mark["width"] < sheet["x"] + sheet["width"]
    assert mark["height"] < 0.05 * sheet["height"]
    composer = page.locator("[data-composer]").bounding_box()
    assert composer["x"] + composer["width"] <= page.locator("dialog.source").bounding_box()["x"], "side by side"
    page.get_by_role("button", name="Previous page").click()
    page.wait_for_function("() => document.querySelector('.turning').innerText.includes('Page 1 of 2')")
    assert page.get_by_role("button", name="Previous page").is_disabled()
    assert page.locator(".sheet .lit").count() == 0, "the words stand on the other page"
    page.get_by_role("button", name="Text").click()
    assert page.locator(".clauses mark").count() > 0
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the original").click()
    assert download.value.suggested_filename == "Complaint Handling Policy.pdf"


def test_answer_and_sources_are_copied_as_plain_text(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    turn = ask(page, CANTONESE)
    turn.locator("[data-copy]").click()
    page.wait_for_selector(".toast")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"問：{CANTONESE}")
    assert "出處" in copied
    assert "[1] 《" in copied
    assert "<" not in copied


def test_a_judgement_with_its_reason_is_still_there_after_a_reload(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    turn = ask(page, CANTONESE)
    turn.locator("[data-verdict='-1']").click()
    turn.get_by_text("過時").click()
    turn.locator("textarea").fill("上月已改")
    turn.get_by_role("button", name="送出意見").click()
    page.wait_for_selector(".why", state="detached")
    page.reload()
    page.wait_for_selector(".tools")
    assert page.locator("[data-verdict='-1']").get_attribute("aria-pressed") == "true"
    assert page.locator("[data-verdict='1']").get_attribute("aria-pressed") == "false"
    number = page.url.rsplit("/", 1)[1]
    kept = page.request.get(page.url.replace("/t/harmony/ask", "/api/v1/tenants/harmony/conversations")).json()
    assert str(kept["id"]) == number
    message = kept["messages"][0]
    assert (message["verdict"], message["reason"], message["comment"]) == (-1, "outdated", "上月已改")


def test_a_refusal_names_whom_to_ask_and_opens_the_nearest_passages(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    turn = ask(page, UNANSWERED)
    assert "文件沒有答案" in turn.inner_text()
    assert "內線 101" in turn.inner_text()
    turn.locator(".cite-line").first.click()
    page.wait_for_selector(".sheet:not(.loading), .clauses mark")


def test_a_written_answer_has_its_markers_as_buttons_and_says_what_was_sent(
    visit: Visit, with_model: Callable[[Callable[[str], str]], str]
) -> None:
    def reply(prompt: str) -> str:
        n = re.findall(r"\[(\d+)\]", prompt[: prompt.index("八號風球或黑色暴雨：暫停上門")])[-1]
        return f"八號風球會暫停上門。[{n}]"

    address = with_model(reply)
    page = visit("member", address + "/t/harmony/ask", phone=True)
    turn = ask(page, "八號風球家訪點安排？")
    assert turn.locator(".text .cite").count() == 1, turn.inner_text()
    assert turn.locator(".sources .cite-line").count() == 1
    turn.locator(".text .cite").click()
    page.wait_for_selector(".clauses mark")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.source", state="hidden")
    turn.locator(".egress summary").click()
    assert "127.0.0.1" in turn.locator(".egress").inner_text()
    assert "暫停上門" in turn.locator(".egress pre").last.inner_text()


def test_a_high_stakes_subject_shows_its_card_first(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    turn = ask(page, "懷疑有人虐老點算？")
    card = turn.locator(".answer > .subject")
    assert "999" in card.inner_text()
    assert card.evaluate("node => node === node.parentElement.firstElementChild")


def test_keys_enter_asks_and_composing_does_not(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask")
    page.wait_for_selector(".starts button")
    box = page.locator("#question")
    box.focus()
    page.keyboard.type("first")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second")
    assert box.input_value() == "first\nsecond"
    box.fill("年假")
    for composing in ({"isComposing": True}, {"keyCode": 229}):
        box.dispatch_event("keydown", {"key": "Enter", "bubbles": True, "cancelable": True, **composing})
    assert page.locator(".turn").count() == 0
    assert box.input_value() == "年假"
    page.keyboard.press("Enter")
    page.wait_for_selector(".tools")
    assert box.input_value() == ""


def test_a_lost_connection_is_told_and_nothing_typed_is_lost(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    page.wait_for_selector(".starts button")
    page.route("**/messages", lambda route: route.abort())
    page.locator("#question").fill(CANTONESE)
    page.locator("[data-send]").click()
    page.wait_for_selector(".turn .notice.bad")
    assert page.locator("#question").input_value() == CANTONESE
    page.unroute("**/messages")
    page.get_by_role("button", name="再試一次").click()
    page.wait_for_selector(".tools")
    assert page.locator(".turn").count() == 1
    assert page.locator("#question").input_value() == ""
    visit.faults.clear()  # type: ignore[attr-defined] - the browser logs the request that was cut


def test_a_draft_outlives_the_page(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    page.wait_for_selector(".starts button")
    page.locator("#question").fill("打到一半")
    page.reload()
    page.wait_for_selector(".starts button")
    assert page.locator("#question").input_value() == "打到一半"


def test_conversations_in_the_drawer_are_searched_renamed_deleted(visit: Visit) -> None:
    page = visit("editor", "/t/harmony/ask", phone=True)
    ask(page, CANTONESE)
    follow_up = ask(page, "咁黑雨呢？")
    assert "黑雨" in follow_up.locator(".searched").inner_text()
    page.locator("[data-side-open]").click()
    item = page.locator(".talk", has_text=CANTONESE)
    item.get_by_role("button").click()
    page.locator("input[name=title]").fill("惡劣天氣")
    page.get_by_role("button", name="儲存").click()
    page.wait_for_selector(".talk:has-text('惡劣天氣')")
    page.locator("#find").fill("黑雨")
    page.wait_for_selector(".talk:has-text('惡劣天氣')")
    page.locator("#find").fill("沒有這個")
    page.wait_for_selector("text=找不到這樣的對話")
    page.locator("#find").fill("")
    page.locator(".talk", has_text="惡劣天氣").get_by_role("button").click()
    page.get_by_role("button", name="刪除對話").click()
    page.get_by_role("button", name="刪除", exact=True).click()
    page.wait_for_selector(".starts button")
    assert page.url.endswith("/t/harmony/ask")


def test_simplified_characters_and_a_day_are_chosen(visit: Visit) -> None:
    page = visit("evaluator", "/t/harmony/ask", phone=True)
    page.wait_for_selector(".starts button")
    page.locator("[data-scope]").click()
    page.get_by_text("簡體（引文照原文）").click()
    page.locator("input[name=as_of]").fill("2026-01-31")
    page.get_by_role("button", name="套用").click()
    page.wait_for_selector(".scope-button:has-text('2026-01-31')")
    turn = ask(page, CANTONESE)
    quotes = "".join(turn.locator("blockquote").all_inner_texts())
    assert "風" in quotes
    assert "风" not in quotes
    number = page.url.rsplit("/", 1)[1]
    kept = page.request.get(page.url.replace("/t/harmony/ask", "/api/v1/tenants/harmony/conversations")).json()
    assert (str(kept["id"]), kept["as_of"]) == (number, "2026-01-31")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_of_a_small_phone(visit: Visit, scheme: str) -> None:
    page = visit("member", "/t/harmony/ask", phone=True, color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 640})
    ask(page, ENGLISH)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator(".cite-line").first.click()
    page.wait_for_selector(".sheet:not(.loading), .clauses mark")
    assert page.locator(".source-head").bounding_box()["width"] <= 360


def test_the_page_is_small(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask")
    page.wait_for_selector(".starts button")
    sizes = page.evaluate(
        "performance.getEntries().filter(e => 'encodedBodySize' in e).map(e => [e.name, e.encodedBodySize])"
    )
    assert len(sizes) > 8
    assert sum(size for _, size in sizes) <= MOST_BYTES, sizes
