"""A newcomer's first hour, in real browsers: set up, upload a document, invite a colleague, who asks on a phone.

``tests/browser/test_first_hour.py`` walks it on an empty data folder, and ``make screenshots`` photographs it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
PATIENCE_MS = 90_000
PASSWORD = "a sentence that I remember"  # noqa: S105 - of accounts that live as long as the walk takes
QUESTION = "病假要唔要醫生紙？"


def walk(
    chromium: Any, address: str, document: Path, picture: Callable[[Any, str], None], locale: str = "zh-HK"
) -> tuple[Any, Any]:
    """Walk from the set-up page to a colleague's first answer.

    Args:
        address: of a service on an empty data folder, as a browser on the same computer opens it.
        document: the first document; it answers ``QUESTION``.
        picture: is called with a page and the name of what it shows.

    Returns:
        The pages of the founder and of the colleague, at the end.
    """
    founder = _page(chromium, locale, DESKTOP)
    founder.goto(address)
    founder.fill("[name=tenant_name]", "和諧長者服務社")
    founder.fill("[name=contact]", "人事部，內線 101")
    founder.fill("[name=name]", "陳主任")
    founder.fill("[name=email]", "chan@harmony.example")
    founder.fill("[name=password]", PASSWORD)
    picture(founder, "1-set-up")
    founder.press("[name=password]", "Enter")
    founder.wait_for_url("**/start")
    founder.wait_for_selector("[data-drop]")
    picture(founder, "2-three-steps")

    founder.set_input_files("[data-files]", str(document))
    founder.wait_for_selector("[data-step=document][data-done]")
    founder.wait_for_selector("[data-examples] a")
    founder.fill("[name=people]", "黃姑娘\n李先生")
    founder.click("[data-form=invite] [type=submit]")
    founder.wait_for_selector(".invitation img")
    founder.locator("[data-invited]").evaluate("one => one.scrollIntoView()")
    founder.evaluate("scrollBy(0, -170)")
    picture(founder, "3-invite")
    link = founder.locator(".invitation").first.get_attribute("data-link")

    colleague = _page(chromium, locale, PHONE, is_mobile=True, has_touch=True)
    colleague.goto(link)
    colleague.fill("[name=email]", "wong@phone.example")
    colleague.fill("[name=password]", PASSWORD)
    picture(colleague, "4-phone-join")
    colleague.press("[name=password]", "Enter")
    colleague.wait_for_url("**/ask")
    colleague.wait_for_selector(".starts button")
    picture(colleague, "5-phone-first-page")
    colleague.fill("#question", QUESTION)
    colleague.click("[data-send]")
    colleague.wait_for_selector(".answer[aria-busy=false] .cite-line")
    colleague.wait_for_timeout(600)
    picture(colleague, "6-phone-answer")
    return founder, colleague


def _page(chromium: Any, locale: str, viewport: dict[str, int], **more: Any) -> Any:
    context = chromium.new_context(viewport=viewport, locale=locale, **more)
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()
