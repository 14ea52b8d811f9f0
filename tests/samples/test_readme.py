"""What the README tells people to type runs on the demo's data, and prints what the README shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli import cli
from tests.helpers.beir import write_test_collection
from tests.helpers.markdown import ROOT, Command, commands, fences
from tests.samples.conftest import Demo

README = ROOT / "README.md"
SAMPLES = ROOT / "data" / "samples" / "harmony"
# Commands within sentences that are whole; those in blocks are all whole.
WHOLE = {"search", "document show", "settings", "doctor"}
pytestmark = pytest.mark.slow
BLOCK_LINES = {
    fence.line + at for fence in fences(README) for at, _ in enumerate(fence.text.splitlines()) if not fence.language
}


def _runs(command: Command) -> bool:
    program, *words = command.words
    return (
        program == "kb"
        and bool(words)
        and (command.line in BLOCK_LINES or bool({words[0], " ".join(words[:2])} & WHOLE))
    )


COMMANDS = [command for command in commands(README) if _runs(command)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which a reader of the README types: the repository's data, and the files the README names."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "data").symlink_to(ROOT / "data")
    shutil.copy(SAMPLES / "documents" / "員工手冊.pdf", folder)
    (folder / "通告").mkdir()
    (folder / "通告" / "通告2026-05.txt").write_text("辦公時間由2026年5月1日起改為上午八時半至下午五時。", "utf-8")
    write_test_collection(folder / "測試集資料夾")
    return folder


def _kb(demo: Demo, *arguments: str) -> str:
    environment = {"KB_CACHE": str(demo.settings.cache)}
    found = CliRunner().invoke(cli, ["--data", str(demo.settings.data), *arguments], env=environment)
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found.stdout


def test_the_commands_run_one_after_the_other(demo: Demo, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    printed = {}
    for command in sorted(COMMANDS, key=lambda one: (one.line not in BLOCK_LINES, one.line)):
        words = list(command.words[1:])
        if words[:2] == ["eval", "report"]:
            results = next((demo.settings.data / "bench").glob("eval/*/*/run.json")).parent
            shutil.copytree(results, desk / "結果資料夾")
        printed[" ".join(words)] = _kb(demo, *words)
    assert len(printed) >= 11
    assert "員工手冊.pdf" in printed["document list --tenant my-ngo"]
    assert "通告2026-05.txt" in printed["document list --tenant my-ngo"]
    assert "《投訴處理政策》" in printed["search 投訴 --tenant harmony"]
    assert (desk / "report.html").is_file()
    assert all(text.strip() for text in printed.values())


def test_the_answer_it_shows_is_the_answer(demo: Demo) -> None:
    blocks = [fence.text for fence in fences(README)]
    shown = next(after for before, after in pairwise(blocks) if "kb ask" in before)
    (asked,) = (one for one in COMMANDS if one.words[1] == "ask")
    answer = _kb(demo, *asked.words[1:])
    assert "[1]" in shown
    # A "…" stands for words left out; what stands between them is there, in this order.
    pieces = [re.escape(piece) for piece in re.split("…+", shown.strip())]
    assert re.fullmatch(".*".join(pieces), answer.strip(), re.DOTALL), answer


def test_the_program_runs(demo: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("KB_DATA", str(demo.settings.data))
    monkeypatch.setenv("KB_CACHE", str(demo.settings.cache))
    (program,) = (fence.text for fence in fences(README) if fence.language == "python")
    exec(program, {})
    printed = capsys.readouterr().out
    assert printed.split()[1] == "員工手冊.pdf"
    assert "5.8 病假連續兩天或以上，須遞交註冊西醫" in printed


def test_kb_finds_the_data_that_make_made(demo: Demo, tmp_path: Path) -> None:
    """The README's commands have no --data: make writes the data folder into .env, and kb reads it there."""
    line = re.search(r"^\t@?(test -e \.env .*?)(?:  #.*)?$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert line is not None
    recipe = line[1].replace("$(KB_DATA)", str(demo.settings.data))
    subprocess.run(["sh", "-c", recipe], cwd=tmp_path, check=True)
    environment = {name: value for name, value in os.environ.items() if name != "KB_DATA"}
    command = [sys.executable, "-c", "from kb.cli import main; main()", "tenant", "list"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert "harmony" in done.stdout
