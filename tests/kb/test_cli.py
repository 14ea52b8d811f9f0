"""The command line as a newcomer meets it."""

import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli import cli
from kb.core.settings import Settings


def _commands() -> list[str]:
    return sorted(point.name for point in entry_points(group="kb.commands"))


def test_every_command_is_there_and_explains_itself() -> None:
    found = CliRunner().invoke(cli, ["--help"])
    assert found.exit_code == 0
    for name in ("tenant", "ingest", "ask", "search", "document", "rebuild", "doctor", "settings", "eval"):
        assert name in _commands()
        assert f"  {name}" in found.output


def test_the_module_runs_as_the_command_does(settings: Settings) -> None:
    command = [sys.executable, "-m", "kb.cli", "--data", str(settings.data), "tenant", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", _commands())
def test_every_command_has_a_manual(name: str) -> None:
    found = CliRunner().invoke(cli, [name, "--help"])
    assert found.exit_code == 0
    assert len(found.output) > 100


def test_every_setting_is_documented_and_bounded(settings: Settings) -> None:
    found = CliRunner().invoke(cli, ["--data", str(settings.data), "settings", "--json"])
    rows = [json.loads(line) for line in found.output.splitlines()]
    assert {row["setting"] for row in rows} == {f"KB_{name.upper()}" for name in Settings.model_fields}
    for row, (name, field) in zip(rows, Settings.model_fields.items(), strict=True):
        assert row["meaning"].endswith("."), name
        if field.annotation is int:
            assert row["bounds"], f"{name} has no bounds"


def test_a_wrong_setting_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_OCR_DPI", "9999")
    found = CliRunner().invoke(cli, ["settings"])
    assert found.exit_code == 1
    assert "setting_invalid" in str(found.exception)
    assert "KB_OCR_DPI" in str(found.exception)


def test_a_dotenv_file_counts_in_the_current_folder_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KB_OCR", raising=False)
    office = tmp_path / "office"
    office.mkdir()
    (tmp_path / ".env").write_text("KB_OCR=never\n", encoding="utf-8")
    monkeypatch.chdir(office)
    assert Settings(data=tmp_path / "data").ocr == "auto"
    (office / ".env").write_text("KB_OCR=always\n", encoding="utf-8")
    assert Settings(data=tmp_path / "data").ocr == "always"
    monkeypatch.setenv("KB_OCR", "never")
    assert Settings(data=tmp_path / "data").ocr == "never"
