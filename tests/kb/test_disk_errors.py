"""A full or refused disk is one plain sentence, and nothing that was there is lost."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.error_json import error_to_json
from kb.core.disk_errors import as_disk_error
from kb.core.settings import Settings
from kb.doctor import examine
from kb.search.models import bundled_model, embedding
from kb.store import tenants
from tests.helpers.vector_library import VectorLibrary

# A process may write no file beyond so many bytes, which is what a full disk looks like; only Unix has such a limit.
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv = ["kb", *sys.argv[2:]]
from kb.cli import main
main()
"""


def _kb(data: Path, most: int, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LIMITED, str(most), "--data", str(data), *args]
    environment = {**os.environ, "KB_LOCALE": "en"}
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=240, env=environment)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (OSError(errno.EROFS, "Read-only file system"), "data_not_writable"),
        (sqlite3.OperationalError("database or disk is full"), "disk_full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "data_not_writable"),
    ],
)
def test_what_the_disk_says(error: Exception, code: str) -> None:
    known = as_disk_error(error)
    assert known is not None
    assert known.code == code
    around = RuntimeError("step")
    around.__cause__ = error
    assert error_to_json(around)["code"] == code


def test_other_errors_are_not_the_disks() -> None:
    assert as_disk_error(ValueError("full of errors")) is None


def test_a_full_disk_while_a_file_is_taken_in(settings: Settings, tmp_path: Path) -> None:
    library = VectorLibrary(settings)
    library.put("manual", 30)
    note = tmp_path / "note.md"
    note.write_text("# Night\n\n1. The allowance is 130 dollars.\n" * 200, encoding="utf-8")
    done = _kb(settings.data, 4096, "ingest", str(note), "--tenant", "harmony")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "The disk is full" in done.stderr + done.stdout
    assert note.is_file()
    assert [one.document.name for one in library.library.documents()] == ["manual"]
    assert _kb(settings.data, 2**30, "ingest", str(note), "--tenant", "harmony").returncode == 0
    assert [one.document.name for one in library.library.documents()] == ["manual", "note.md"]


def test_doctor_of_a_folder_that_was_moved_away(settings: Settings) -> None:
    tenants.create(settings, "harmony", "harmony")
    settings.data.rename(settings.data.with_name("moved"))
    finding = next(one for one in examine(settings) if one.what == "data folder")
    assert not finding.ok
    assert "KB_DATA" in finding.mend


def test_doctor_of_a_model_file_cut_short(settings: Settings, tmp_path: Path) -> None:
    cut = settings.model_copy(update={"cache": tmp_path / "cache"})
    folder = bundled_model.folder_path(cut.cache)
    whole = bundled_model.folder_path(settings.cache)
    (folder / "onnx").mkdir(parents=True)
    for path in whole.rglob("*.json"):
        (folder / path.relative_to(whole)).parent.mkdir(parents=True, exist_ok=True)
        (folder / path.relative_to(whole)).write_bytes(path.read_bytes())
    network = (whole / "onnx" / "model_int8.onnx").read_bytes()
    (folder / "onnx" / "model_int8.onnx").write_bytes(network[: len(network) // 2])
    try:
        finding = next(one for one in examine(cut) if one.what == "model")
    finally:
        embedding._load.cache_clear()
    assert not finding.ok
    assert str(folder) in finding.mend
