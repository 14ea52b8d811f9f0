"""Every page of every role on small, zoomed and wide screens: nothing sticks out or is covered, axe finds nothing.

The organisation has long names everywhere (``tests/helpers/long_names.py``). The pages are read off the routes, so that
a new page is tested without being named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from assistant.api.app import create
from kb.core.settings import Settings
from kb.people.access import ROLES
from tests.browser.conftest import Visit
from tests.helpers.long_names import fill_with_long_names
from tests.helpers.route_demands import routes
from tests.helpers.running_server import running_server
from tests.helpers.skips import missing

pytestmark = pytest.mark.slow

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = {"small phone": (320, 640), "phone": (390, 844), "held sideways": (568, 320), "zoomed to 200 %": (720, 450),
           "desk": (1440, 900)}  # fmt: skip
# Answers for machines, and ways that lead elsewhere at once.
NO_PAGES = {"/", "/healthz", "/readyz", "/metrics", "/sign-in/oidc", "/sign-in/oidc/back", "/mcp", "/static", "/set-up",
            "/manifest.webmanifest", "/offline-worker.js"}  # fmt: skip
LEAST_ROLE = {"ask": "member", "read": "member", "edit": "editor", "evaluate": "evaluator", "manage": "owner",
              "person": "member"}  # fmt: skip

# What of the page's own flow ends beyond the right edge, and how much of the height is under bars that stay.
OUTSIDE = """() => {
  const width = document.documentElement.clientWidth;
  const named = (node) => `${node.tagName} ${node.className} ${(node.textContent || "").trim().slice(0, 40)}`;
  const scrolls = (node) => node && node !== document.body &&
    (["auto", "scroll", "hidden"].includes(getComputedStyle(node).overflowX) || scrolls(node.parentElement));
  const out = [...document.querySelectorAll("body *")].filter((node) => node.checkVisibility({visibilityProperty: true})
    && node.getBoundingClientRect().right > width + 1 && !scrolls(node.parentElement)).map(named);
  const sideways = document.documentElement.scrollWidth > width ? [`page ${document.documentElement.scrollWidth}`] : [];
  return [...sideways, ...out.slice(0, 4)];
}"""
BARS = """() => [...document.querySelectorAll("body *")].filter((node) => {
  const {position} = getComputedStyle(node);
  const box = node.getBoundingClientRect();
  return ["fixed", "sticky"].includes(position) && node.checkVisibility({visibilityProperty: true}) && box.height
    && box.width > innerWidth / 2 && !node.closest("dialog, .toasts");
}).reduce((sum, node) => sum + node.getBoundingClientRect().height, 0) / innerHeight"""
SMALL_FIELDS = """() =>
  [...document.querySelectorAll("input:not([type=checkbox], [type=radio], [hidden]), select, textarea")]
  .filter((node) => parseFloat(getComputedStyle(node).fontSize) < 16).map((node) => node.outerHTML.slice(0, 120))"""
DIALOGS = """() => [...document.querySelectorAll("dialog:not(.source)")].flatMap((dialog) => {
  dialog.showModal();
  const box = dialog.getBoundingClientRect();
  const bad = dialog.scrollWidth > dialog.clientWidth || box.right > innerWidth || box.bottom > innerHeight + 1;
  dialog.close();
  return bad ? [`${dialog.outerHTML.slice(0, 80)} ${box.right} ${dialog.scrollWidth} ${dialog.clientWidth}`] : [];
})"""
AXE_FAULTS = """async () => (await axe.run(document, {resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}))
  .violations.filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 140)} — ${node.any.map((any) =>
    any.message).join(" ").slice(0, 160)}`).join(" | ")}`)"""


@pytest.fixture(scope="module")
def values(site_app: FastAPI, site_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Fill the organisation; values for the addresses."""
    return fill_with_long_names(site_app, site_settings, tmp_path_factory.mktemp("in"))


@pytest.fixture(scope="module")
def site(site_app: FastAPI, values: dict[str, Any]) -> Iterator[str]:
    """Address of the running service, filled."""
    assert values
    with running_server(site_app) as address:
        yield address


@pytest.fixture(scope="module")
def pages(site_app: FastAPI, values: dict[str, Any]) -> list[tuple[str, str]]:
    """(role, address) of every page: for the role that needs least, and for the owner, who is offered most."""
    found = []
    for route in routes(site_app):
        if not route.is_page or route.path in NO_PAGES:
            continue
        known = {**values, "document_id": values["paired" if route.path.endswith("/twin") else "document_id"]}
        token = values["invitation" if "/invitation/" in route.path else "reset"]
        name = values["run" if "/runs/" in route.path else "set"]
        address = route.at({key: quote(str(value)) for key, value in {**known, "token": token, "name": name}.items()})
        if route.demand is None:
            found.append(("", address))
            continue
        least = LEAST_ROLE[str(route.demand)]
        found += [(role, address) for role in dict.fromkeys((least, "owner")) if not _of_another(route.path, role)]
    found += [("member", f"/t/harmony/draft?message={values['message']}"),
              ("editor", f"/t/harmony/library/{values['document_id']}"), ("editor", "/t/harmony/library"),
              ("evaluator", f"/t/harmony/measure?question={quote(values['question'])}"),
              ("member", "/t/harmony/no-such-page"), ("", "/invitation/no-such-invitation")]  # fmt: skip
    return found


def _of_another(path: str, role: str) -> bool:
    """Whether the page is somebody else's: the conversation is the member's."""
    return "{conversation}" in path and role != "member"


@pytest.fixture
def opened(visit: Visit, site: str, pages: list[tuple[str, str]]) -> Any:
    """``opened(**context)`` yields (role and address, page), each page loaded."""

    def each(**context: Any) -> Iterator[tuple[str, Any]]:
        shown: dict[str, Any] = {}
        for role, address in pages:
            if role not in shown:
                shown[role] = visit(role or "member", "/account", **context)
                if not role:
                    shown[role].context.clear_cookies()
            shown[role].goto(site + address, wait_until="networkidle")
            yield f"{role or 'nobody'} {address}", shown[role]
        visit.faults[:] = [one for one in visit.faults if "status of 404" not in one]  # type: ignore[attr-defined]

    return each


def test_every_role_and_every_kind_of_page_is_walked(pages: list[tuple[str, str]]) -> None:
    assert {role for role, _ in pages} == {*map(str, ROLES), ""}
    assert len(pages) > 40
    assert {"/t/harmony/ask", "/t/harmony/manage/audit", "/t/harmony/measure/runs", "/sign-in", "/account"} <= {
        address for _, address in pages
    }


@pytest.mark.parametrize("locale", ["zh-HK", "en"])
def test_nothing_sticks_out_and_bars_leave_room(opened: Any, locale: str) -> None:
    faults = []
    for name, page in opened(locale=locale):
        for screen, (width, height) in SCREENS.items():
            page.set_viewport_size({"width": width, "height": height})
            faults += [(name, screen, one) for one in page.evaluate(OUTSIDE)]
            faults += [(name, screen, one) for one in page.evaluate(DIALOGS)]
            share = page.evaluate(BARS)
            if share > (0.1 if height < 480 else 0.45):
                faults.append((name, screen, f"bars take {share:.0%} of the height"))
        faults += [(name, "", one) for one in page.evaluate(SMALL_FIELDS)]
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize(("locale", "phone", "scheme"), [("zh-HK", True, "light"), ("en", False, "dark")])
def test_axe_finds_nothing_serious(opened: Any, locale: str, phone: bool, scheme: str) -> None:
    if not AXE.is_file():
        missing("axe-core is not there: npm ci")
    script = AXE.read_text("utf-8")
    found = []
    for name, page in opened(locale=locale, phone=phone, color_scheme=scheme, reduced_motion="reduce"):
        page.evaluate(script)
        found += [f"{name}: {one}" for one in page.evaluate(AXE_FAULTS)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("phone", [True, False])
def test_the_first_start_fits_too(chromium: Any, model_settings: Settings, tmp_path: Path, phone: bool) -> None:
    empty = model_settings.model_copy(update={"data": tmp_path / "empty"})
    with running_server(create(empty, take_in=False)) as address:
        context = chromium.new_context(viewport={"width": 320 if phone else 1440, "height": 640})
        page = context.new_page()
        page.goto(f"{address}/set-up")
        assert page.locator("form[data-form=set-up]").is_visible()
        assert page.evaluate(OUTSIDE) == []
        if AXE.is_file():
            page.evaluate(AXE.read_text("utf-8"))
            assert page.evaluate(AXE_FAULTS) == []
        context.close()
