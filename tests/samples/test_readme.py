"""What the README tells people to type runs on the demo's data, and prints what the README shows."""

from __future__ import annotations

import os
import re
import shlex
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


def test_kb_finds_the_data_that_make_made(tmp_path: Path) -> None:
    """The README's commands have no --data: make sets nothing that kb, typed in the same folder, would not know."""
    kb = f"{sys.executable} -m kb.cli settings"
    rule = f"--eval=shown: ; @cd {tmp_path} && {kb}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    environment |= {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    by_make = ["make", "--no-print-directory", "-C", str(ROOT), rule, "shown"]
    shown = [
        subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
        for command in (by_make, kb.split())
    ]
    assert shown[0] == shown[1]
    assert f"KB_DATA = {tmp_path}" in shown[0]


def test_the_demo_says_what_the_readme_says_of_it(demo: Demo) -> None:
    answers = [part.splitlines()[1].strip() for part in demo.output.split("？ ")[1:]]
    assert len(answers) == 4
    direct = ("文件係咁寫：", "文件這樣寫：", "The documents say:")
    assert [answer in direct for answer in answers] == [True, True, True, False]
    assert "搵唔到" in answers[3]


def test_the_commands_that_the_demo_prints_run(demo: Demo, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    shutil.copy(SAMPLES / "documents" / "Complaint Handling Policy.pdf", desk / "handbook.pdf")
    shutil.copytree(desk / "通告", desk / "circulars", dirs_exist_ok=True)
    printed = re.findall(r"^  (\.venv/bin/kb .+)$", demo.output, re.MULTILINE)
    assert len(printed) == 6
    for line in printed:
        words = shlex.split(line)
        assert words[1] == "--data", "this demo was made in another folder than kb's own"
        # The README's own test has made the organisation my-ngo.
        assert _kb(demo, *[word.replace("my-ngo", "my-other-ngo") for word in words[3:]]).strip()
