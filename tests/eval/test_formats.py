"""`kb eval formats`: a folder of good and bad files gives text or one error code for each."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eval.commands.evaluate import evaluate
from kb.cli import Context
from kb.core.settings import Settings

pytestmark = pytest.mark.slow

RULE = "員工請病假兩天或以上，須於復工當日遞交醫生證明書。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    (place / "more").mkdir(parents=True)
    (place / "rule.txt").write_text(RULE, encoding="utf-8")
    (place / "more" / "rule-big5.txt").write_bytes(RULE.encode("big5"))
    (place / "empty.txt").write_bytes(b"")
    (place / "cut.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<<")
    with zipfile.ZipFile(place / "two.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.md", f"# 假期\n\n{RULE}\n")
        archive.writestr("cut.pdf", b"%PDF-1.7\n1 0 obj\n<<")
    return place


def run(settings: Settings, *arguments: str) -> Result:
    context = Context(settings.data)
    context.settings = settings
    return CliRunner().invoke(evaluate, ["formats", *arguments], obj=context, catch_exceptions=False)


def test_a_line_per_file(settings: Settings, folder: Path) -> None:
    result = run(settings, str(folder), "--json")
    assert result.exit_code == 0  # a bad file is the file's fault, not the reader's
    lines = {one["path"]: one for one in map(json.loads, result.stdout.splitlines())}
    assert lines.keys() == {
        "rule.txt",
        "more/rule-big5.txt",
        "empty.txt",
        "cut.pdf",
        "two.zip",
        "two.zip/inner.md",
        "two.zip/cut.pdf",
    }
    assert {path: one["error"] for path, one in lines.items() if one["error"]} == {
        "empty.txt": "file_empty",
        "cut.pdf": "file_broken",
        "two.zip/cut.pdf": "file_broken",
    }
    assert lines["rule.txt"]["characters"] == lines["more/rule-big5.txt"]["characters"] == len(RULE)
    assert lines["two.zip"]["members"] == 2
    assert lines["two.zip/inner.md"]["chunks"] == 1
    assert not settings.data.exists()  # no index, no tenant, nothing left


def test_a_file_that_takes_too_long_fails_the_run(settings: Settings, tmp_path: Path) -> None:
    place = tmp_path / "slow"
    place.mkdir()
    # half a million rows: read in well over five seconds, and without OCR, which would be granted time
    (place / "rows.csv").write_text("name,amount\n" + "clerk,12\n" * 500_000, encoding="utf-8")
    (place / "rule.txt").write_text(RULE, encoding="utf-8")
    result = run(settings, str(place), "--limit", "5")
    assert result.exit_code == 1
    assert "rows.csv: file_timeout" in result.stdout
    assert "txt" in result.stdout  # the file after the slow one was read, by a new process
