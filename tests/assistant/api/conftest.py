"""The service over two small organisations, and browsers of every role.

``harmony`` has a collection ``main`` (everyone reads, the editor edits) and ``private`` (owners only); ``sunrise`` has
``main``. People: member, editor, evaluator and owner of harmony, each ``<role>@harmony.example``; ``foreign`` owns
sunrise. Everybody's password is :data:`PASSWORD`.

A test file gets a copy of the data and an application of its own; ``client("editor")`` is a signed-in browser.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api.app import create
from assistant.api.auth.dependencies import COOKIE
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import access, accounts, sessions
from kb.people.access import Role
from kb.store import tenants
from kb.store.tables.activity_tables import EVERYONE
from tests.assistant.conftest import run

SAMPLES = Path(__file__).parents[3] / "data" / "samples"
PASSWORD = "correct horse battery"
FOREIGN = "foreign"
DOCUMENTS = (
    ("harmony", "main", "義工服務指引.md"),
    ("harmony", "main", "颱風及暴雨工作安排.txt"),
    ("harmony", "main", "Complaint Handling Policy.pdf"),
    ("harmony", "private", "日間中心活動時間表.csv"),
    ("sunrise", "main", "Complaints and Feedback.md"),
)
ClientOf = Callable[[str], TestClient]


@pytest.fixture(scope="session")
def ready(model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a data folder with both organisations; copied, never written to."""
    folder = tmp_path_factory.mktemp("service")
    settings = model_settings.model_copy(update={"data": folder / "data"})
    for slug in ("harmony", "sunrise"):
        tenants.create(settings, slug, slug.title(), "人事部，內線 101")
    for slug, collection in sorted({(slug, collection) for slug, collection, _ in DOCUMENTS}):
        paths = [str(SAMPLES / slug / "documents" / name) for *at, name in DOCUMENTS if at == [slug, collection]]
        run(settings, "ingest", *paths, "--tenant", slug, "--collection", collection)
    _people(settings)
    return settings


def _people(settings: Settings) -> None:
    harmony = Library(tenants.get(settings, "harmony"))
    sunrise = Library(tenants.get(settings, "sunrise"))
    for library in (harmony, sunrise):
        access.grant(library, library.collection("main"), EVERYONE, "read")
    for role in Role:
        user = accounts.create(settings, f"{role}@harmony.example", role.title(), PASSWORD)
        accounts.add_member(settings, user.id, "harmony", role)
        if role is Role.EDITOR:
            access.grant(harmony, harmony.collection("main"), access.subject_of(user.id), "edit")
    other = accounts.create(settings, f"{FOREIGN}@sunrise.example", "Foreign", PASSWORD)
    accounts.add_member(settings, other.id, "sunrise", Role.OWNER)


@pytest.fixture(scope="module")
def service_settings(ready: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of this test file's own copy of the data."""
    data = tmp_path_factory.mktemp("copy") / "data"
    shutil.copytree(ready.data, data)
    return ready.model_copy(update={"data": data})


@pytest.fixture(scope="module")
def app(service_settings: Settings) -> FastAPI:
    """The application over the copy; it takes no files in (see ``take_in`` of ``create``)."""
    return create(service_settings, take_in=False)


def email_of(role: str) -> str:
    return f"{role}@{'sunrise' if role == FOREIGN else 'harmony'}.example"


def signed_in(app: FastAPI, email: str) -> TestClient:
    """Return a browser of this person's: session cookie, and the CSRF token with every request."""
    settings: Settings = app.state.service.settings
    user = accounts.by_email(settings, email)
    assert user is not None
    token = sessions.start(settings, user.id)
    found = sessions.find(settings, token)
    assert found is not None
    headers = {"X-CSRF-Token": found.csrf}
    return TestClient(app, cookies={COOKIE: token}, headers=headers, follow_redirects=False)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[ClientOf]:
    """``client(role)``: a browser of that role; "none" has not signed in, "foreign" owns the other organisation."""
    made: dict[str, TestClient] = {}

    def of(role: str) -> TestClient:
        if role not in made:
            anonymous = role == "none"
            made[role] = TestClient(app, follow_redirects=False) if anonymous else signed_in(app, email_of(role))
        return made[role]

    yield of
    for one in made.values():
        one.close()
