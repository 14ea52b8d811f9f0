"""Texts of pages are for people: no commands, settings, paths, addresses of the interface or names of exceptions."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api.app import create
from assistant.web.pages import page_packages, text_keys, texts
from kb.core.errors import MESSAGES, PLAIN
from kb.core.messages import Catalogue
from kb.core.settings import Settings
from kb.people import accounts
from tests.helpers.service import email_of, signed_in

ROOT = Path(__file__).parents[2]
# Read by programs only, which show the key or name the model.
FOR_PROGRAMS = {"key_invalid", "model_not_found"}
TECHNICAL = {
    "a command": r"\bkb [a-z]|\bpip3? |\bmake [a-z]+\b(?=[;:`])|\bcurl\b|\bsudo\b|(?<![-\w])--[a-z]{2}",
    "code": r"`|\bJSON\b|\bregular expression|正規表達式|\bSQL\b|\bXML\b|\{\{|\bPID\b",
    "a setting": r"\bKB_|\.env\b",
    "an address of the interface": r"/api/|/v1\b|\blocalhost\b|127\.0\.0\.1|\bHTTP \d",
    "an exception": r"\b[A-Z][A-Za-z]+(?:Error|Exception|Timeout)\b|[Tt]raceback",
    "a path": r"(?<![\w/:])/(?:home|var|tmp|usr|etc|srv)/|[A-Z]:\\|\.py\b",
}


def faults(words: str) -> list[str]:
    return [what for what, pattern in TECHNICAL.items() if re.search(pattern, words)]


@pytest.mark.parametrize(
    "words",
    ["Run: kb doctor", "raise KB_MAX_PAGES", "see /api/v1/openapi.json", "`abc`", "ConnectError: no", "/home/ngo/data",
     "請執行 kb settings", "pip install 'x'", "ask --tenant harmony", "HTTP 404"],
)  # fmt: skip
def test_the_check_finds_what_is_technical(words: str) -> None:
    assert faults(words)


@pytest.mark.parametrize("locale", ["zh-HK", "en"])
def test_texts_of_pages(locale: str) -> None:
    areas = {key.partition(".")[0] for key in text_keys()}
    shown = {f"{area}.{name}": words for area in areas for name, words in texts(area, locale).items()}
    answers = Catalogue("assistant.messages", "answer.json")
    shown |= {f"answer.{name} {language}": words for name, by in answers.items() for language, words in by.items()}
    assert len(shown) > 500
    assert {name: (faults(words), words) for name, words in shown.items() if faults(words)} == {}


def test_errors_that_pages_show() -> None:
    shown = {
        f"{code} {locale}": (PLAIN.get(code) or MESSAGES[code])[locale]
        for code in set(MESSAGES) - FOR_PROGRAMS
        for locale in ("zh-HK", "en")
    }
    assert {name: (faults(words), words) for name, words in shown.items() if faults(words)} == {}


def test_errors_for_people_are_errors_and_need_nothing_more() -> None:
    assert set(PLAIN) <= set(MESSAGES)
    for code, by_locale in PLAIN.items():
        known = {name for words in MESSAGES[code].values() for name in re.findall(r"\{(\w+)\}", words)}
        for words in by_locale.values():
            assert set(re.findall(r"\{(\w+)\}", words)) <= known, code


def test_words_in_the_templates_themselves() -> None:
    found = {}
    for package in page_packages():
        for path in sorted(Path(str(files(package))).joinpath("templates").rglob("*.html")):
            words = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", path.read_text("utf-8"), flags=re.DOTALL)
            if faults(words):
                found[path.name] = faults(words)
    assert found == {}


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("member", "/t/harmony/no-such-page", 404),
        ("member", "/t/harmony/manage", 403),
        ("member", "/t/elsewhere/ask", 404),
        ("owner", "/t/harmony/manage/audit?since=yesterday", 422),
        ("member", "/t/harmony/library/99999", 404),
        ("member", "/t/harmony/broken", 500),
    ],
)
@pytest.mark.parametrize("locale", ["zh-HK", "en"])
def test_error_pages_say_what_happened_and_what_to_do(
    breaking: FastAPI, service_settings: Settings, role: str, path: str, status: int, locale: str
) -> None:
    cookies = signed_in(breaking, email_of(role)).cookies
    client = TestClient(breaking, cookies=cookies, raise_server_exceptions=False)
    user = accounts.by_email(service_settings, email_of(role))
    assert user is not None
    accounts.change(service_settings, user.id, locale=locale)
    found = client.get(path, headers={"Accept-Language": locale})
    assert found.status_code == status
    main = re.search(r"<main.*?</main>", found.text, re.DOTALL)
    assert main
    words = re.sub(r"<small>.*?</small>|<[^>]*>", " ", main[0])
    assert faults(words) == []
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", words), "a code is in the line for support alone"
    assert len(re.sub(r"\s", "", words)) > 20
    assert re.search(r"<small>[^<]*\w+ [0-9a-f]{8}</small>", main[0]), "a reference for who helps"


@pytest.fixture(scope="module")
def breaking(service_settings: Settings) -> FastAPI:
    """The application with a page that fails."""
    app = create(service_settings, take_in=False)

    def fail() -> None:
        raise ZeroDivisionError("division by zero in /srv/sinzi")

    app.add_api_route("/t/harmony/broken", fail)
    return app
