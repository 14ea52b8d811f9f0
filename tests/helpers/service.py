"""The people and documents of the service's tests, and browsers for them (fixtures: ``tests/fixtures/service.py``).

``harmony`` has a collection ``main`` (everyone reads, the editor edits) and ``private`` (owners only); ``sunrise`` has
``main``. People: member, editor, evaluator and owner of harmony, each ``<role>@harmony.example``; ``foreign`` owns
sunrise. Everybody's password is :data:`PASSWORD`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api.auth.dependencies import COOKIE
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import access, accounts, sessions
from kb.people.access import Role
from kb.store import tenants
from kb.store.tables.activity_tables import EVERYONE
from tests.helpers.ingest_files import ingest_files

__all__ = ["PASSWORD", "SAMPLES", "ClientOf", "add_documents", "add_people", "email_of", "signed_in"]

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
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


def add_documents(settings: Settings) -> None:
    """Create both organisations and ingest their documents."""
    for slug in ("harmony", "sunrise"):
        tenants.create(settings, slug, slug.title(), "人事部，內線 101")
    with WorkerPool(settings) as workers:
        for slug, collection in sorted({(slug, collection) for slug, collection, _ in DOCUMENTS}):
            paths = [SAMPLES / slug / "documents" / name for *at, name in DOCUMENTS if at == [slug, collection]]
            ingest_files(settings, workers, tenants.get(settings, slug), paths, collection)


def add_people(settings: Settings) -> None:
    """Create everybody's account, and open the collections."""
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
