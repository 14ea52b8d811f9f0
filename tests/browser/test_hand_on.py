"""What a worker passes on from an answer, what stands when the line breaks, the keys, and a phone's home screen."""

from __future__ import annotations

import json
import runpy
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_ask import CANTONESE, ENGLISH, UNANSWERED, ask

pytestmark = pytest.mark.slow

ICONS = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "icons.py"))
SHORT = 700  # characters that a phone shows at once in a chat


def short_copy(page: Any, turn: Any) -> str:
    turn.locator("[data-copy-short]").click()
    page.locator(".toast").last.wait_for()
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


@pytest.mark.parametrize(("locale", "question"), [("zh-HK", CANTONESE), ("en", ENGLISH)])
def test_the_short_copy_has_the_answer_first_and_each_source_once(visit: Visit, locale: str, question: str) -> None:
    page = visit("member", "/t/harmony/ask", phone=True, locale=locale)
    turn = ask(page, question)
    shown = turn.locator(".as-of").inner_text()
    assert page.evaluate("new Date().toLocaleDateString('sv')") in shown
    copied = short_copy(page, turn)
    assert len(copied) <= SHORT
    assert not copied.startswith(("問", "Q:"))
    heading = "出處" if locale == "zh-HK" else "Sources"
    said, _, rest = copied.partition(f"\n{heading}\n")
    sources, _, foot = rest.partition("\n\n")
    first = turn.locator("blockquote").first.inner_text().strip("「」“”")
    assert said.splitlines()[1].strip("「」“”")[:20] in first, "the answer's own words"
    titles = [line.partition(". ")[2] for line in sources.splitlines()]
    versions = {one["version_id"] for one in kept_answer(page)["citations"]}
    assert len(titles) == len(set(titles)) == len(versions)
    assert page.evaluate("new Date().toLocaleDateString('sv')") in foot
    assert not any(sign in copied for sign in ("<", "**", "\t"))


def kept_answer(page: Any) -> dict[str, Any]:
    """The last answer of the conversation on show."""
    base, _, number = page.url.replace("/t/harmony/ask", "/api/v1/tenants/harmony/conversations").rpartition("/")
    whole = page.request.get(f"{base}/{number}").json()
    answer: dict[str, Any] = whole["messages"][-1]["answer"]
    return answer


def test_a_past_day_is_told_with_the_answer_and_in_the_copy(visit: Visit) -> None:
    page = visit("evaluator", "/t/harmony/ask", phone=True)
    page.wait_for_selector(".starts button")
    page.locator("[data-scope]").click()
    page.locator("input[name=as_of]").fill("2026-01-31")
    page.get_by_role("button", name="套用").click()
    turn = ask(page, CANTONESE)
    assert "2026-01-31" in turn.locator(".as-of.chosen").inner_text()
    assert "以 2026-01-31 有效的文件為準" in short_copy(page, turn)
    turn.locator("[data-copy]").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.startsWith('問：'))")
    assert "2026-01-31" in page.evaluate("navigator.clipboard.readText()")


def test_held_sideways_the_field_to_ask_in_is_in_sight(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    page.set_viewport_size({"width": 568, "height": 320})
    page.wait_for_selector(".starts button")
    box = page.locator("#question").bounding_box()
    assert box["y"] + box["height"] <= 320
    turn = ask(page, CANTONESE)
    assert turn.bounding_box()["y"] + turn.bounding_box()["height"] <= page.locator("#question").bounding_box()["y"]


def test_a_refusal_copied_names_whom_to_ask(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    copied = short_copy(page, ask(page, UNANSWERED))
    assert copied.startswith("文件沒有這條問題的答案，可以問：人事部，內線 101")
    assert len(copied) <= SHORT


def test_the_composer_hides_neither_the_feedback_nor_its_button(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    page.set_viewport_size({"width": 320, "height": 640})
    turn = ask(page, CANTONESE)
    turn.locator("[data-verdict='-1']").click()
    send = turn.get_by_role("button", name="送出意見")
    send.wait_for()
    page.wait_for_timeout(300)
    foot = page.locator(".ask-foot").bounding_box()
    button = send.bounding_box()
    assert button["y"] + button["height"] <= foot["y"], "above the composer, without scrolling"
    send.click()
    page.wait_for_selector(".why", state="detached")
    toast, composer = page.locator(".toast").last.bounding_box(), page.locator("[data-composer]").bounding_box()
    assert toast["y"] + toast["height"] <= composer["y"]


@pytest.fixture
def cut_line() -> Iterator[str]:
    """Address of a server that begins a stream of events and goes away in the middle of it."""
    listening = socket.create_server(("127.0.0.1", 0))
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nAccess-Control-Allow-Origin: *\r\n"
        "Access-Control-Allow-Headers: *\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    event = f"event: delta\ndata: {json.dumps({'text': 'half of an'})}\n\n"

    def serve() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with line:
                asked = line.recv(65536)
                if asked.startswith(b"OPTIONS"):
                    line.sendall(head.replace("Transfer-Encoding: chunked", "Content-Length: 0").encode())
                    continue
                line.sendall(head.encode() + f"{len(event):x}\r\n{event}\r\n".encode())
                threading.Event().wait(0.5)

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    listening.close()


def test_a_stream_that_breaks_says_so_keeps_the_part_and_offers_to_ask_again(visit: Visit, cut_line: str) -> None:
    page = visit("member", "/t/harmony/ask", phone=True, bypass_csp=True)
    page.wait_for_selector(".starts button")
    page.evaluate(
        """(broken) => {
          const real = fetch;
          window.fetch = (path, options) => real(String(path).endsWith("/messages") ? broken : path, options);
          window.mend = () => { window.fetch = real; };
        }""",
        cut_line,
    )
    page.locator("#question").fill(CANTONESE)
    page.locator("[data-send]").click()
    notice = page.locator(".turn .notice.bad")
    notice.wait_for()
    assert "連線中斷" in notice.inner_text()
    assert "half of an" in page.locator(".answer.broken").inner_text()
    assert "未完整" in page.locator(".answer.broken").inner_text()
    assert page.locator("#question").input_value() == CANTONESE
    page.evaluate("mend()")
    page.get_by_role("button", name="再試一次").click()
    page.wait_for_selector(".tools")
    assert page.locator(".answer.broken").count() == 0
    visit.faults.clear()  # type: ignore[attr-defined] - the browser logs the stream that was cut


def test_a_service_being_restarted_is_told_until_it_is_back(visit: Visit) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    page.wait_for_selector(".starts button")
    for path in ("**/messages", "**/conversations", "**/readyz"):
        page.route(path, lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    page.locator("#question").fill(CANTONESE)
    page.locator("[data-send]").click()
    page.locator("[data-offline]:not([hidden])").wait_for()
    assert "重新啟動" in page.locator("[data-offline]").inner_text()
    assert "重新啟動" in page.locator(".turn .notice.bad").inner_text()
    page.unroute_all()
    page.locator(".toast", has_text="善知已恢復").wait_for()
    assert page.locator("[data-offline]").is_hidden()
    assert page.locator("#question").input_value() == CANTONESE
    visit.faults.clear()  # type: ignore[attr-defined] - the browser logs the answers of the proxy


def test_keys_lead_to_the_field_but_not_while_typing(visit: Visit, site: str) -> None:
    page = visit("evaluator", "/t/harmony/ask")
    page.wait_for_selector(".starts button")
    field = page.locator("#question")
    assert field.get_attribute("aria-keyshortcuts") == "/ Control+K"
    assert "Ctrl + K" in page.locator("#keys").inner_text()
    for key in ("/", "Control+k"):
        page.locator("h1, .brand").first.evaluate("node => document.activeElement.blur()")
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.id") == "question"
        assert field.input_value() == ""
    page.keyboard.type("1/2")
    assert field.input_value() == "1/2"
    for path, name in (("library", "q"), ("measure", "question")):
        page.goto(f"{site}/t/harmony/{path}")
        page.locator(".quick-hint").wait_for()
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.name") == name
    page.goto(f"{site}/account")
    page.locator("[data-quick-key]").uncheck()
    page.goto(f"{site}/t/harmony/library")
    page.locator(".quick-hint").wait_for()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") != "q"
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.name") == "q"


@pytest.mark.parametrize(("locale", "name"), [("zh-HK", "善知"), ("en", "Sinzi")])
def test_the_home_screen_gets_name_colours_and_icons(visit: Visit, site: str, locale: str, name: str) -> None:
    page = visit("member", "/t/harmony/ask", locale=locale)
    page.wait_for_selector(".starts button")
    told = page.context.new_cdp_session(page).send("Page.getAppManifest")
    assert told["errors"] == []
    manifest = json.loads(told["data"])
    assert (manifest["name"], manifest["short_name"], manifest["display"]) == (name, name, "standalone")
    assert manifest["theme_color"].startswith("#")
    assert {one["purpose"] for one in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        found = page.request.get(site + icon["src"])
        assert (found.status, found.headers["content-type"]) == (200, icon["type"])
        if icon["type"] == "image/png":
            drawn = page.evaluate(
                "src => new Promise((done) => { const image = new Image(); image.src = src;"
                " image.onload = () => done(`${image.naturalWidth}x${image.naturalHeight}`); })",
                icon["src"],
            )
            assert drawn == icon["sizes"]


@pytest.mark.parametrize("file", ICONS["ICONS"])
def test_icons_are_what_the_script_draws(file: str) -> None:
    from PIL import Image

    pixels, is_round = ICONS["ICONS"][file]
    with Image.open(ICONS["STATIC"] / file) as kept:
        assert kept.convert("RGBA").tobytes() == ICONS["drawn"](pixels, is_round=is_round).convert("RGBA").tobytes()


def test_a_page_that_cannot_be_fetched_says_what_to_do(visit: Visit, site: str) -> None:
    page = visit("member", "/t/harmony/ask", phone=True)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_selector(".starts button")
    page.context.set_offline(True)
    page.goto(f"{site}/t/harmony/library")
    words = page.locator("main").inner_text()
    assert "善知暫時連不上" in words
    assert "Sinzi cannot be reached" in words
    assert page.locator("main .card").first.evaluate("node => getComputedStyle(node).borderTopWidth") == "1px", "styled"
    page.context.set_offline(False)
    page.locator("[data-filter]").wait_for()  # it tries again by itself
    kept = page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((one) => one.keys()))))"
        ".then((all) => all.flat().map((one) => new URL(one.url).pathname))"
    )
    assert all(path == "/offline" or path.startswith("/static/") for path in kept), "nobody's pages are kept"
    visit.faults.clear()  # type: ignore[attr-defined] - the browser logs what it could not fetch
