"""``make screenshots``: the service over the sample organisations, photographed into ``docs/screenshots/*.png``.

The pictures ``first-hour-*`` are of an empty folder, see ``first_hour.py``.

A page is added to :data:`SHOTS` by a row: name, path, how it is looked at, and what is done before the picture is
taken. It needs Playwright and a Chromium (the system's, or ``playwright install chromium``).
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import first_hour
from PIL import Image

from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import access, accounts
from kb.people.access import Role
from kb.store import tenants
from kb.store.tables.activity_tables import EVERYONE

HERE = Path(__file__).parent
HANDBOOK = HERE.parents[1] / "data" / "samples" / "harmony" / "documents" / "員工手冊.pdf"
PASSWORD = "only for pictures"  # noqa: S105 - of accounts that live as long as the pictures take
HARMONY, SUNRISE = ("chan@harmony.example", "陳嘉欣", "zh-HK"), ("lee@sunrise.example", "Mary Lee", "en")
Step = Callable[[Any], None]
MOST_BYTES = 150_000
COLOURS = (256, 128, 64)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture. ``person`` signs in (and gives the language); ``steps`` are done to the page in order."""

    name: str
    path: str
    person: tuple[str, str, str] = HARMONY
    phone: bool = False
    dark: bool = False
    steps: tuple[Step, ...] = ()


def ask(question: str) -> Step:
    def step(page: Any) -> None:
        before = page.locator(".tools").count()
        page.locator("#question").fill(question)
        page.locator("[data-send]").click()
        page.wait_for_function("n => document.querySelectorAll('.tools').length > n", arg=before)
        page.wait_for_timeout(600)

    return step


def click(selector: str, then: str) -> Step:
    def step(page: Any) -> None:
        page.locator(selector).first.click()
        page.wait_for_selector(then)
        page.wait_for_timeout(500)

    return step


open_source = click(".turn:last-child .cite-line", ".sheet:not(.loading), .clauses mark")
SHOTS = (
    Shot(
        "ask-start-phone", "/t/harmony/ask", phone=True, steps=(lambda page: page.wait_for_selector(".starts button"),)
    ),
    Shot("ask-answer-phone", "/t/harmony/ask", phone=True, steps=(ask("病假要唔要醫生紙？"),)),
    Shot("ask-source-phone", "/t/harmony/ask", phone=True, steps=(ask("病假要唔要醫生紙？"), open_source)),
    Shot("ask-refusal-phone", "/t/harmony/ask", phone=True, dark=True, steps=(ask("公司有冇牙科保險？"),)),
    Shot("ask-emergency-phone", "/t/harmony/ask", phone=True, steps=(ask("有院友唔見咗，搵極都搵唔到！"),)),
    Shot("ask-procedure-phone", "/t/harmony/ask", phone=True, steps=(ask("院友走失的通報程序是怎樣的？"),)),
    Shot("ask-desktop", "/t/harmony/ask", steps=(ask("放唔晒啲大假可唔可以 carry 去下年？"), open_source)),
    Shot("ask-desktop-dark", "/t/harmony/ask", dark=True, steps=(ask("跌倒之後幾耐要通知家屬？"), open_source)),
    Shot(
        "ask-desktop-en", "/t/sunrise/ask", SUNRISE, steps=(ask("When do I need a medical certificate?"), open_source)
    ),
    Shot("library-desktop", "/t/harmony/library", steps=(lambda page: page.wait_for_selector("a.document"),)),
    Shot("people-desktop", "/t/harmony/manage/people", steps=(lambda page: page.wait_for_selector("main h1"),)),
    Shot(
        "measure-desktop",
        "/t/harmony/measure?question=病假要唔要醫生紙？",
        steps=(lambda page: page.wait_for_selector(".hit"),),
    ),
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, help="data folder to use (and fill) in place of a temporary one")
    arguments.add_argument("--only", default="", help="only pictures whose name begins so")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shots = [shot for shot in SHOTS if shot.name.startswith(chosen.only)]
        if shots:
            _sample_pictures(chosen.data or Path(folder) / "data", shots)
        if "first-hour".startswith(chosen.only) or chosen.only.startswith("first-hour"):
            with _service(Path(folder) / "empty", "--host", "0.0.0.0") as address, _chromium() as browser:  # noqa: S104
                first_hour.walk(browser, address.replace("127.0.0.1", "localhost"), HANDBOOK, _first_hour_picture)


def _sample_pictures(data: Path, shots: list[Shot]) -> None:
    subprocess.run([_kb(), "--data", str(data), "demo"], check=True, stdout=subprocess.DEVNULL)
    _people(Settings(data=data))
    with _service(data) as address:
        _photograph(address, shots)


def _kb() -> str:
    return str(Path(sys.executable).with_name("kb"))


def _people(settings: Settings) -> None:
    """Make one owner an organisation, and open its collections to everyone."""
    for slug, (email, name, locale) in (("harmony", HARMONY), ("sunrise", SUNRISE)):
        library = Library(tenants.get(settings, slug))
        for collection in library.collections():
            access.grant(library, collection, EVERYONE, "read")
        user = accounts.by_email(settings, email) or accounts.create(settings, email, name, PASSWORD, locale)
        accounts.add_member(settings, user.id, slug, Role.OWNER)


@contextmanager
def _service(data: Path, *more: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [_kb(), "--data", str(data), "serve", "--port", str(port), *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/sign-in", timeout=5).close()  # noqa: S310 - our own address
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


@contextmanager
def _chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if root else [])
        yield browser
        browser.close()


def _photograph(address: str, shots: list[Shot]) -> None:
    with _chromium() as browser:
        for shot in shots:
            page = _signed_in(browser, address, shot)
            page.goto(address + shot.path)
            for step in shot.steps:
                step(page)
            _save_page(page, shot.name)
            page.context.close()


def _first_hour_picture(page: Any, name: str) -> None:
    page.wait_for_timeout(400)
    _save_page(page, f"first-hour-{name}")


def _save_page(page: Any, name: str) -> None:
    size = _save(page.screenshot(), HERE / f"{name}.png")
    print(f"{name}.png  {size // 1000} kB")


def _signed_in(browser: Any, address: str, shot: Shot) -> Any:
    viewport = {"width": 390, "height": 844} if shot.phone else {"width": 1280, "height": 800}
    context = browser.new_context(
        viewport=viewport,
        is_mobile=shot.phone,
        has_touch=shot.phone,
        locale=shot.person[2],
        color_scheme="dark" if shot.dark else "light",
    )
    context.set_default_timeout(60_000)
    answer = context.request.post(
        f"{address}/api/v1/session", data={"email": shot.person[0], "password": PASSWORD}, headers={"Origin": address}
    )
    assert answer.ok, answer.text()
    return context.new_page()


def _save(png: bytes, path: Path) -> int:
    """Save a picture with as many colours as its size allows; return its bytes."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in COLOURS:
        packed = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
        if packed.tell() <= MOST_BYTES:
            break
    path.write_bytes(packed.getvalue())
    return packed.tell()


if __name__ == "__main__":
    main()
