"""``kb ingest`` as people and scripts use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.cli import cli
from kb.core.errors import FileRejected, NotFound, Transient
from kb.core.settings import Settings
from kb.store import writer_lock
from kb.store.tenants import Tenant
from tests.helpers.files import make_docx
from tests.helpers.stored_content import assert_consistent, stored_content

pytestmark = pytest.mark.slow

FIELDS = ["path", "status", "document", "name", "version", "pages", "chunks", "seconds", "error", "personal_data"]
FIELDS += ["decision"]


@pytest.fixture
def kb(settings: Settings, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("KB_CACHE", str(settings.cache))
    monkeypatch.setenv("KB_LOCALE", "en")

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(cli, ["--data", str(settings.data), *map(str, arguments)])

    return run


def test_a_folder_of_every_kind_with_one_bad_file(kb, settings: Settings, tenant: Tenant, batch: Path) -> None:  # type: ignore[no-untyped-def]
    result = kb("ingest", batch, "--tenant", "harmony", "--json")
    assert result.exit_code == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert all(list(line) == FIELDS for line in lines)
    ended = {line["path"].removeprefix(f"{batch}/"): line for line in lines}
    assert {path: line["status"] for path, line in ended.items()} == {
        "broken.pdf": "failed",
        "centre-b/notice.txt": "indexed",
        "handbook.docx": "indexed",
        "mail.eml": "indexed",
        "mail.eml/drill.txt": "indexed",
        "manual.pdf": "indexed",
        "notice.txt": "indexed",
        "pack.zip/a/rules.txt": "indexed",
        "pack.zip/b/rules.txt": "indexed",
    }
    assert ended["broken.pdf"]["error"] == {
        "code": "file_broken",
        "message": FileRejected("file_broken", name="broken.pdf").message("en"),
        "detail": {"name": "broken.pdf"},
    }
    assert ended["broken.pdf"]["version"] is None
    assert ended["manual.pdf"]["pages"] == 3
    assert all(line["error"] is None and line["chunks"] > 0 for line in lines if line["status"] == "indexed")
    assert sorted(line["document"] for line in lines if line["document"].endswith("notice.txt")) == [
        "centre-b/notice.txt",
        "notice.txt",
    ]
    assert_consistent(settings, tenant)
    before = stored_content(tenant)
    again = [json.loads(line) for line in kb("ingest", batch, "--tenant", "harmony", "--json").stdout.splitlines()]
    assert {line["status"] for line in again} == {"unchanged", "failed"}
    assert {line["path"]: line["document"] for line in again if line["status"] == "unchanged"}.items() <= {
        line["path"]: line["document"] for line in lines
    }.items()
    assert stored_content(tenant) == before


def test_output_for_people(kb, tenant: Tenant, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = make_docx(tmp_path / "handbook.docx", "leave")
    result = kb("ingest", path, "--tenant", "harmony")
    assert result.exit_code == 0
    assert "✓" in result.stdout
    assert "indexed · version 1" in result.stdout
    result = kb("ingest", path, tmp_path / "missing.pdf", "--tenant", "harmony")
    assert result.exit_code == 1
    assert "= " in result.stdout
    assert "✗" in result.stdout
    assert "No such file: missing.pdf" in result.stdout
    assert "[file_missing]" in result.stdout
    make_docx(path, "overtime")
    result = kb("ingest", path, "--tenant", "harmony")
    assert "↻" in result.stdout
    assert "replaced · version 2" in result.stdout


def test_a_name_for_a_single_file(kb, tenant: Tenant, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = make_docx(tmp_path / "Handbook 2026 final.docx", "leave")
    result = kb("ingest", path, "--document", "handbook.docx", "--tenant", "harmony", "--json")
    assert json.loads(result.stdout)["document"] == "handbook.docx"
    result = kb("ingest", path, path.parent, tmp_path / "x", "--document", "handbook.docx", "--tenant", "harmony")
    assert result.exit_code == 2


def test_an_unknown_tenant(kb, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = kb("ingest", make_docx(tmp_path / "a.docx", "a"), "--tenant", "nobody")
    assert isinstance(result.exception, NotFound)
    assert result.exception.code == "tenant_not_found"


def test_a_file_beyond_the_limit_is_refused_before_it_is_copied(
    kb,
    tenant: Tenant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    monkeypatch.setenv("KB_MAX_FILE_MB", "1")
    path = tmp_path / "big.txt"
    path.write_bytes(b"a" * (2 << 20))
    result = kb("ingest", path, "--tenant", "harmony", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "file_too_large"
    assert not list(tenant.files_path.glob("??/*"))


def test_the_error_for_a_second_writer_names_the_first(kb, settings: Settings, tenant: Tenant, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = make_docx(tmp_path / "handbook.docx", "leave")
    with writer_lock.writing(settings.data, "kb serve"):
        result = kb("ingest", path, "--tenant", "harmony")
    assert isinstance(result.exception, Transient)
    assert result.exception.code == "store_busy"
    assert "kb serve, PID" in result.exception.message("en")
