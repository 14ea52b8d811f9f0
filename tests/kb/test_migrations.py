"""The migrations lead to the very schema the tables describe, from an empty file and from the first release's.

What they move keeps its meaning: the word index, links for a new password, a person's settings.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from assistant.cards import subject_cards
from kb.core.settings import Settings
from kb.library import tenant_settings, user_settings
from kb.library.documents import Library
from kb.people import invitations, password_resets
from kb.people.credentials import token_hash
from kb.search.lexical import postings
from kb.store import tenants
from kb.store.database import HEADS, open_engine
from kb.store.tables import activity_tables
from kb.store.tables.library_tables import TenantBase
from kb.store.tables.platform_tables import PlatformBase
from tests.helpers.migrations import upgrade

pytestmark = pytest.mark.slow

SCHEMAS = {"platform": PlatformBase.metadata, "tenant": activity_tables.AuditRow.metadata}
BY_HAND = ("alembic_version",)


def _differences(engine: sa.Engine, metadata: sa.MetaData) -> list[object]:
    def include(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or not str(name).startswith(BY_HAND)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": include, "compare_type": True})
        return list(compare_metadata(context, metadata))


@pytest.mark.parametrize("schema", SCHEMAS)
def test_new_file_has_the_tables_schema(tmp_path: Path, schema: str) -> None:
    engine = open_engine(tmp_path / "new.sqlite", schema)
    assert _differences(engine, SCHEMAS[schema]) == []
    engine.dispose()


@pytest.mark.parametrize(("schema", "first"), [("platform", "p0001"), ("tenant", "t0001")])
def test_first_release_is_brought_up_to_date(tmp_path: Path, schema: str, first: str) -> None:
    path = tmp_path / "old.sqlite"
    old = sa.create_engine(f"sqlite:///{path}")
    upgrade(old, schema, first)
    if schema == "tenant":
        with old.begin() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO collections(slug, name, model, created_at) VALUES ('main', 'main', '', '2026-01-01')"
                )
            )
    old.dispose()
    engine = open_engine(path, schema)
    assert _differences(engine, SCHEMAS[schema]) == []
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == HEADS[schema]
        if schema == "tenant":
            assert connection.scalar(sa.text("SELECT count(*) FROM collections")) == 1
    engine.dispose()


def test_both_modules_of_the_tenant_share_one_schema() -> None:
    assert activity_tables.AuditRow.metadata is TenantBase.metadata


def _old(path: Path, schema: str, revision: str, statements: list[tuple[str, list[dict[str, Any]]]]) -> None:
    """Make a data file of an earlier revision, and run ``(statement, rows of values)`` on it."""
    engine = sa.create_engine(f"sqlite:///{path}")
    upgrade(engine, schema, revision)
    with engine.begin() as connection:
        for statement, rows in statements:
            connection.execute(sa.text(statement), rows or None)
    engine.dispose()


LIBRARY = [
    ("INSERT INTO collections(id, slug, name, model, created_at) VALUES (1, 'main', 'main', '', '2026-01-01')", []),
    (
        "INSERT INTO documents(id, collection_id, name, title, language, created_at) "
        "VALUES (1, 1, 'a.txt', 'a', 'en', '2026-01-01')",
        [],
    ),
    (
        "INSERT INTO versions(id, document_id, number, state, sha256, size_bytes, title, language, notes, created_at) "
        "VALUES (:id, 1, :id, 'superseded', 'x', 1, 'a', 'en', '[]', '2026-01-01')",
        [{"id": 1}, {"id": 2}],
    ),
]
# Chunk, version, language, words of the text, words of title and headings. The two versions lie in each other, the last
# chunk in a block of its own; the third has more of a word than can be counted.
WORDS: list[tuple[int, int, str, list[str], list[str]]] = [
    (1, 2, "zh-Hant", ["年", "假", "年假", "年假"], ["員工", "年假"]),
    (2, 1, "en", ["leave", "2.5%", "leave"], ["handbook"]),
    (3, 2, "yue", ["哈"] * 40_000, []),
    (postings.BLOCK + 5, 1, "en", ["leave"], ["leave"]),
]
INDEX = (
    "SELECT block, chunks FROM word_blocks ORDER BY block",
    "SELECT block, word, postings FROM postings ORDER BY 1, 2",
)


def _chunks() -> tuple[str, list[dict[str, Any]]]:
    statement = (
        "INSERT INTO chunks(id, version_id, ordinal, kind, language, heading_path, text, clauses, pages, page_starts, "
        "boxes, tokens, vector) "
        "VALUES (:id, :version, :id, 'text', :language, '[]', '', '[]', '[]', '[]', '[]', 1, x'')"
    )
    return statement, [{"id": one[0], "version": one[1], "language": one[2]} for one in WORDS]


def test_words_of_the_first_index_are_moved(tmp_path: Path) -> None:
    words = [
        {"id": id_, "version": version, "body": " ".join(body), "heading": " ".join(heading)}
        for id_, version, _, body, heading in WORDS
    ]
    into = "INSERT INTO chunk_words(rowid, body, heading, version_id) VALUES (:id, :body, :heading, :version)"
    _old(tmp_path / "old.sqlite", "tenant", "t0003", [*LIBRARY, _chunks(), (into, words)])
    _old(tmp_path / "new.sqlite", "tenant", "head", [*LIBRARY, _chunks()])
    moved, indexed = (open_engine(tmp_path / name, "tenant") for name in ("old.sqlite", "new.sqlite"))
    with Session(indexed) as session, session.begin():
        for version in (1, 2):
            postings.add(session, version, [(one[0], one[3], one[4]) for one in WORDS if one[1] == version])
    for query in INDEX:
        with moved.connect() as old, indexed.connect() as new:
            found = old.execute(sa.text(query)).all()
            assert found
            assert found == new.execute(sa.text(query)).all()
    for engine in (moved, indexed):
        engine.dispose()


def test_links_for_a_new_password_go_on_working(settings: Settings) -> None:
    """Until p0003 such a link was an invitation with an empty role."""
    settings.data.mkdir()
    ends = "2099-01-01 00:00:00.000000"
    links = [
        ("invited", "new@b.example", "member", None),
        ("forgotten", "a@b.example", "", None),
        ("nobody", "gone@b.example", "", None),
        ("used", "a@b.example", "editor", "2026-01-02 00:00:00.000000"),
    ]
    _old(
        settings.data / "platform.sqlite",
        "platform",
        "p0002",
        [
            ("INSERT INTO tenants VALUES ('harmony', '和諧', '', '2026-01-01')", []),
            (
                "INSERT INTO users(id, email, name, password_hash, locale, created_at) "
                "VALUES (3, 'a@b.example', 'A', '', 'en', '2026-01-01')",
                [],
            ),
            ("INSERT INTO memberships VALUES (3, 'harmony', 'owner', '2026-01-01')", []),
            (
                "INSERT INTO invitations(token_hash, tenant_slug, email, role, collections, invited_by, created_at, "
                "expires_at, accepted_at) "
                "VALUES (:hash, 'harmony', :email, :role, '{}', 3, '2026-01-01', :ends, :used)",
                [
                    {"hash": token_hash(token), "email": email, "role": role, "ends": ends, "used": used}
                    for token, email, role, used in links
                ],
            ),
        ],
    )
    assert password_resets.find(settings, "forgotten").id == 3
    assert [row.email for row in invitations.listing(settings, "harmony")] == ["new@b.example"]
    assert invitations.find(settings, "invited").email == "new@b.example"
    with tenants.platform(settings) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM invitations")) == 2
        assert session.scalar(sa.text("SELECT count(*) FROM password_resets")) == 1
    assert password_resets.use(settings, "forgotten", "another password").email == "a@b.example"


def test_a_persons_settings_are_no_settings_of_the_tenant(settings: Settings, tmp_path: Path) -> None:
    """Until t0007 the script a person reads lay among the tenant's settings, under ``script.user:<id>``."""
    tenant = tenants.create(settings, "harmony", "和諧")
    tenant.records_path.unlink()
    kept = [("script.user:3", '"hans"'), ("script.user:12", '"hans"'), ("llm", '{"enabled": true, "collections": []}')]
    rows = [{"key": key, "value": value} for key, value in kept]
    into = "INSERT INTO settings(key, value) VALUES (:key, :value)"
    _old(tenant.records_path, "tenant", "t0006", [(into, rows)])
    library = Library(tenant)
    assert [user_settings.get(library, person, "script") for person in (3, 12, 4)] == ["hans", "hans", None]
    assert tenant_settings.get(library, "llm") == {"enabled": True, "collections": []}
    with library.session() as session:
        assert session.scalars(sa.text("SELECT key FROM settings")).all() == ["llm"]


def test_uploads_of_an_earlier_release_stay_in_the_list(settings: Settings) -> None:
    tenant = tenants.create(settings, "harmony", "和諧")
    tenant.records_path.unlink()
    row = {"job_id": "1", "collection": "main", "name": "a.pdf", "path": "a.pdf", "status": "failed", "stage": ""}
    into = (
        "INSERT INTO uploads(job_id, collection, name, path, status, stage, done, uploaded_by, created_at) "
        "VALUES (:job_id, :collection, :name, :path, :status, :stage, 0, 'user:1', '2026-01-01 00:00:00')"
    )
    _old(tenant.records_path, "tenant", "t0010", [(into, [row])])
    with Library(tenant).session() as session:
        (kept,) = session.scalars(sa.select(activity_tables.UploadRow))
    assert (kept.name, kept.batch, kept.job) == ("a.pdf", "", None)


def test_cards_found_by_patterns_are_found_by_examples(settings: Settings) -> None:
    """Until t0017 cards had regular expressions, and the built-in ones other ids."""
    tenant = tenants.create(settings, "harmony", "和諧")
    tenant.records_path.unlink()
    words = {"zh-HK": "甲", "en": "A"}
    card = {"title": words, "text": words, "contacts": [], "enabled": True}
    cards = [
        {**card, "id": "flood", "patterns": ["水浸|漏水", r"\bfloods?\b", "唔見.{0,4}鎖匙", "(?:爆|穿)水喉"]},
        {**card, "id": "odd", "patterns": [r"\w+"]},
        {**card, "id": "missing", "patterns": ["走失|失蹤", "偷走"], "enabled": False},
        {**card, "id": "suicide", "patterns": ["想死"]},
    ]
    contacts = {"subjects": [], "cards": {"violence": "當值主管", "flood": "技工", "missing": "舍監"}}
    rows = [{"key": "cards", "value": json.dumps(cards)}, {"key": "contacts", "value": json.dumps(contacts)}]
    into = "INSERT INTO settings(key, value) VALUES (:key, :value)"
    _old(tenant.records_path, "tenant", "t0014", [(into, rows)])
    library = Library(tenant)
    kept = {one["id"]: one for one in tenant_settings.get(library, "cards")}
    assert kept["flood"]["examples"] == ["水浸", "漏水", "floods", "唔見鎖匙", "爆水喉", "穿水喉"]
    assert kept["odd"]["examples"] == ["甲 A"]  # a single character would be no example
    assert subject_cards.listing(library)
    assert kept["missing_person"] == {"id": "missing_person", "title": words, "text": words, "contacts": [],
                                      "examples": ["偷走"], "enabled": False}  # fmt: skip
    assert kept["suicide_self_harm"]["examples"] == ["想死"]
    assert kept["child_abuse"] == {"id": "child_abuse", "enabled": False}, "it had been taken away"
    assert not kept.keys() & {"fire_gas", "medical_emergency", "overdose_poisoning"}, "these are new"
    violence = ["violence_weapon", "domestic_violence", "sexual_assault", "elder_or_disabled_abuse"]
    assert tenant_settings.get(library, "contacts")["cards"] == {
        **dict.fromkeys(violence, "當值主管"), "flood": "技工", "missing_person": "舍監"
    }  # fmt: skip


KILLED = """
import os, sys
from pathlib import Path
import sqlalchemy as sa
from sqlalchemy import event
from kb.store.database import open_engine

left = int(sys.argv[3])

def count(connection, cursor, statement, *_more):
    global left
    if statement.lstrip().split(None, 1)[0].upper() in ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE"):
        left -= 1
        if left == 0:
            os._exit(9)

event.listen(sa.Engine, "after_cursor_execute", count)
open_engine(Path(sys.argv[1]), sys.argv[2]).dispose()
print("opened")
"""


@pytest.mark.parametrize(("schema", "first"), [("platform", "p0002"), ("tenant", "t0006"), ("tenant", "")])
def test_a_killed_migration_is_run_again(tmp_path: Path, schema: str, first: str) -> None:
    for statements in (1, 2, 4, 7):
        path = tmp_path / f"{statements}.sqlite"
        if first:
            old = sa.create_engine(f"sqlite:///{path}")
            upgrade(old, schema, first)
            old.dispose()
        command = [sys.executable, "-c", KILLED, str(path), schema, str(statements)]
        killed = subprocess.run(command, capture_output=True, text=True, check=False)
        assert killed.returncode in (9, 0), killed.stderr
        engine = open_engine(path, schema)
        assert _differences(engine, SCHEMAS[schema]) == []
        engine.dispose()


def test_several_processes_and_threads_open_at_once(tmp_path: Path) -> None:
    """One migrates, the others wait; threads with different files do not mix their migrations."""
    command = [sys.executable, "-c", KILLED, str(tmp_path / "new.sqlite"), "tenant", "-1"]
    shared = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    with ThreadPoolExecutor(4) as pool:
        engines = list(pool.map(lambda n: open_engine(tmp_path / f"{n}.sqlite", "tenant"), range(4)))
    for engine in engines:
        assert _differences(engine, SCHEMAS["tenant"]) == []
        engine.dispose()
    for process in shared:
        out, err = process.communicate(timeout=120)
        assert out == "opened\n", err


OPENING = """
import sys
from pathlib import Path
import alembic.command
import sqlalchemy as sa
from kb.store.database import open_engine

print("ready", flush=True)
for line in sys.stdin:
    engine = open_engine(Path(line.strip()), "platform")
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO tenants VALUES (hex(randomblob(8)), 'x', '', '2026-01-01')"))
    engine.dispose()
    print("opened", flush=True)
"""


def test_a_new_file_is_opened_at_the_same_moment_many_times_over(tmp_path: Path) -> None:
    """Several processes open each new file at once and write into it; one file in 300 used to be "locked"."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    processes = [subprocess.Popen([sys.executable, "-c", OPENING], text=True, **pipes) for _ in range(5)]  # type: ignore[call-overload]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for number in range(40):
        for process in processes:
            process.stdin.write(f"{tmp_path / str(number)}.sqlite\n")
            process.stdin.flush()
        for process in processes:
            answer = process.stdout.readline()
            assert answer == "opened\n", process.communicate(timeout=20)[1]
    for process in processes:
        process.communicate(timeout=20)


def test_write_ahead_logging_is_turned_on_when_the_other_has_written(tmp_path: Path) -> None:
    """SQLite refuses this at once while another connection is about to write, whatever the timeout."""
    path = tmp_path / "a.sqlite"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TABLE first(x)")
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        opened = pool.submit(open_engine, path, "platform")
        time.sleep(0.5)
        assert not opened.done()
        other.execute("COMMIT")
        engine = opened.result(timeout=60)
    other.close()
    with engine.connect() as connection:
        assert connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"
    engine.dispose()


def test_a_folder_that_is_gone_stays_gone(tmp_path: Path) -> None:
    """A removed tenant's folder is not made again, empty, by whoever still looks for it."""
    with pytest.raises(OperationalError):
        open_engine(tmp_path / "removed" / "records.sqlite", "tenant").connect()
    assert not (tmp_path / "removed").exists()


def test_a_file_that_stays_locked_is_no_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the lock of the migrations "database is locked" is an error, not a reason to migrate."""
    monkeypatch.setattr("kb.store.database._PATIENCE_SECONDS", 0.2)
    path = tmp_path / "a.sqlite"
    upgrade(sa.create_engine(f"sqlite:///{path}"), "platform", "p0002")
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OperationalError, match="locked"):
            open_engine(path, "platform")
        other.execute("ROLLBACK")
    other.close()
    open_engine(path, "platform").dispose()
