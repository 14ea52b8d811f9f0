"""What an organisation does with the program on its first day, each part through its own entry point.

    python -m tests.helpers.first_day FOLDER

Run by ``tests/test_no_connections.py``. It imports nothing of Sinzi: each program that it starts must look after
itself. Any step that fails ends it with an error.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from mcp import Client, StdioServerParameters

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
KB = str(Path(sys.executable).with_name("kb"))
TYPHOON = "八號風球除下之後，幾多個鐘之內要返工？"
# A file of each format that the samples have, with one scan.
FORMATS = "csv doc docx eml html md odt pdf pptx rtf txt xlsx zip", "msg png xls"
# onnxruntime reports 9.5 s after its first session, so each process that may have one lives longer than that.
QUIET_SECONDS = 15
PATIENCE_SECONDS = 240
LLAMA_INDEX = f"""
from kb.integrations.llama_index import HybridRetriever
import time
assert HybridRetriever(tenant="harmony", similarity_top_k=3).retrieve({TYPHOON!r})
time.sleep({QUIET_SECONDS})
"""
READING = """
import sys
from pathlib import Path
from ingest.parsers.dispatch import parse_file
from ingest.parsers.shared.parsed_document import ParseContext
from kb.core.settings import Settings
assert parse_file(Path(sys.argv[1]), ParseContext(sys.argv[1], Settings(), lambda done, total: None)).elements
"""
TRAINING = "eval.training.fit_choice", "eval.training.fit_refusal", "eval.training.fit_checking"


def run(*command: str) -> str:
    print("$", *command, flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def collect(folder: Path) -> Path:
    """Copy one file of each format into a folder."""
    folder.mkdir()
    for organisation, endings in zip(("harmony", "sunrise"), FORMATS, strict=True):
        documents = sorted((SAMPLES / organisation / "documents").iterdir())
        for ending in endings.split():
            smallest = min((one for one in documents if one.suffix == f".{ending}"), key=lambda one: one.stat().st_size)
            shutil.copy(smallest, folder)
    return folder


def at_the_terminal(folder: Path) -> None:
    documents = collect(folder / "documents")
    shutil.copy(SAMPLES / "harmony" / "documents" / "颱風及暴雨工作安排.txt", documents)
    questions = folder / "questions.jsonl"
    lines = (SAMPLES / "harmony" / "questions.jsonl").read_text("utf-8").splitlines()[:3]
    questions.write_text("\n".join(lines), encoding="utf-8")
    run(KB, "tenant", "create", "harmony", "--name", "Harmony", "--contact", "101")
    run(KB, "ingest", str(documents), "--tenant", "harmony")
    assert "[1]" in run(sys.executable, "-m", "kb.cli", "ask", TYPHOON, "--tenant", "harmony")
    run(KB, "search", "投訴", "--tenant", "harmony")
    run(KB, "ask", "--batch", str(questions), "--tenant", "harmony")
    run(KB, "eval", "answers", str(questions), "--tenant", "harmony")
    run(KB, "rebuild", "--tenant", "harmony")
    run(KB, "doctor")


def in_other_programs(folder: Path) -> None:
    run(sys.executable, "-c", LLAMA_INDEX)
    for path in sorted((folder / "documents").glob("*.docx")):
        run(sys.executable, "-c", READING, str(path))
    for module in TRAINING:
        run(sys.executable, "-m", module, "--help")
    asyncio.run(_over_mcp())


async def _over_mcp() -> None:
    print("$ kb mcp", flush=True)
    program = StdioServerParameters(command=KB, args=["mcp", "--tenant", "harmony"], env=dict(os.environ))
    async with Client(program) as client:
        answer = await client.call_tool("ask", {"question": TYPHOON})
        assert not answer.is_error, answer.content
        await asyncio.sleep(QUIET_SECONDS)


@contextmanager
def serving() -> Iterator[httpx.Client]:
    """Run ``kb serve`` and give a browser on it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    print("$ kb serve", flush=True)
    process = subprocess.Popen([KB, "serve", "--port", str(port)])
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as browser:
            ends = time.monotonic() + PATIENCE_SECONDS
            while True:
                try:
                    browser.get("/healthz").raise_for_status()
                    break
                except httpx.HTTPError:
                    assert process.poll() is None
                    assert time.monotonic() < ends
                    time.sleep(0.2)
            yield browser
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def in_the_browser() -> None:
    with serving() as browser:
        first = {"email": "owner@harmony.example", "name": "Owner", "password": "correct horse battery"}
        made = browser.post("/api/v1/set-up", json={**first, "take_over": ["harmony"]})
        assert made.status_code == 201, made.text
        browser.headers["X-CSRF-Token"] = made.json()["csrf"]
        api = "/api/v1/tenants/harmony"
        _upload(browser, api, SAMPLES / "sunrise" / "documents" / "Staff Handbook.pdf")
        conversation = _json(browser.post(f"{api}/conversations", json={}))["id"]
        question = {"question": "When do I need a medical certificate for sick leave?"}
        asked = browser.post(f"{api}/conversations/{conversation}/messages", json=question)
        assert "event: done" in asked.text, asked.text
        version = _json(browser.post(f"{api}/ask", json=question))["citations"][0]["version_id"]
        assert browser.get(f"{api}/versions/{version}/pages/1.webp").status_code == 200
        for page in ("ask", "library", "manage/people"):
            browser.get(f"/t/harmony/{page}")
        time.sleep(QUIET_SECONDS)


def _upload(browser: httpx.Client, api: str, path: Path) -> None:
    sent = browser.post(f"{api}/collections/main/uploads", files=[("files", (path.name, path.read_bytes()))])
    assert sent.status_code == 201, sent.text
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        (row,) = [one for one in _json(browser.get(f"{api}/uploads")) if one["path"] == path.name]
        if row["status"] not in ("queued", "working"):
            break
        assert time.monotonic() < ends
        time.sleep(0.5)
    assert row["status"] == "indexed", row


def _json(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return json.loads(answer.text)


def main() -> None:
    folder = Path(sys.argv[1])
    at_the_terminal(folder)
    in_other_programs(folder)
    in_the_browser()
    print("The day is over.")


if __name__ == "__main__":
    main()
