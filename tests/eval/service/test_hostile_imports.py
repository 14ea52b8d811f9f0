"""Files that are made to take the service's time or memory: they are refused, and the service goes on meanwhile."""

from __future__ import annotations

import io
import json
import threading
import time
import zipfile

import openpyxl
import pytest
from fastapi.testclient import TestClient

from tests.helpers.service import ClientOf

pytestmark = pytest.mark.slow

API = "/api/v1/tenants/harmony"


def workbook(rows: int, columns: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["問題"] + ["x"] * (columns - 1))
    for number in range(rows):
        sheet.append([f"q{number}"] + [number] * (columns - 1))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_member(content: bytes, name: str, data: bytes) -> bytes:
    """Return a workbook with one member replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, data if member == name else old.read(member))
        if name not in old.namelist():
            new.writestr(name, data)
    return buffer.getvalue()


def lines(number: int) -> bytes:
    return "".join(json.dumps({"question": f"q{n}", "answerable": False}) + "\n" for n in range(number)).encode()


SMALL = workbook(3, 2)
DEEP = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
HOSTILE = {
    "many lines": ("q.jsonl", lines(25_000), "testset_too_large"),
    "one id": ("q.jsonl", b'{"id": "1", "question": "q"}\n' * 4000, "questions_invalid"),
    "deep json": ("q.jsonl", b'{"question": ' + b"[" * 500_000, "questions_invalid"),
    "quotes": ("q.csv", b'"' * 1_000_000, "questions_invalid"),
    "open quote": ("q.csv", "問題\n".encode() + b'"' + b"a,b\n" * 200_000, "questions_invalid"),
    "many rows": ("q.csv", "問題\n".encode() + b"q\n" * 400_000, "testset_too_large"),
    "empty rows": ("q.csv", b"\n" * 1_000_000, "questions_invalid"),
    "wide": ("q.csv", b"," * 1_000_000, "questions_invalid"),
    "many cells": ("q.xlsx", workbook(20_000, 60), "testset_too_large"),
    "bomb": ("q.xlsx", with_member(SMALL, "xl/sharedStrings.xml", bytes(80 << 20)), "file_broken"),
    "deep xml": ("q.xlsx", with_member(SMALL, "xl/worksheets/sheet1.xml", DEEP + b"<a>" * 300_000), "file_broken"),
    "no zip": ("q.xlsx", b"PK\x03\x04" + b"\0" * 1000, "file_broken"),
}


@pytest.fixture
def evaluator(client: ClientOf) -> TestClient:
    return client("evaluator")


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_a_hostile_test_set_is_refused_and_others_are_served_meanwhile(
    evaluator: TestClient, client: ClientOf, kind: str
) -> None:
    name, content, code = HOSTILE[kind]
    waits: list[float] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.05):
            started = time.monotonic()
            assert client("none").get("/healthz").status_code == 200
            waits.append(time.monotonic() - started)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        started = time.monotonic()
        answer = evaluator.post(f"{API}/test-sets/import", data={"name": "x"}, files={"file": (name, content)})
    finally:
        ended.set()
        watcher.join()
    assert answer.status_code in (400, 422), answer.text
    error = answer.json()["error"]
    assert error["code"] == code, error
    assert len(error["message"]) < 6000
    assert time.monotonic() - started < 45
    assert max(waits, default=0) < 3, "the service was held"
    assert evaluator.get(f"{API}/test-sets/x").status_code == 404


def test_a_hostile_glossary_is_refused(client: ClientOf) -> None:
    owner = client("owner")
    for text in ('"' * 440_000, "a,b\n" * 200_000, "\n" * 440_000 + "a"):
        started = time.monotonic()
        answer = owner.post(f"{API}/glossary/import", json={"csv": text})
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]["code"] == "glossary_file_invalid"
        assert time.monotonic() - started < 30
    many = "\n".join(f"甲{number};乙{number},丙{number}" for number in range(4000))
    assert owner.post(f"{API}/glossary/import", json={"csv": many}).json() == {"added": 4000}
    more = many.replace("甲", "丁")
    assert owner.post(f"{API}/glossary/import", json={"csv": more}).json()["error"]["code"] == "glossary_too_large"
    assert owner.post(f"{API}/glossary/import", json={"csv": "長者,老友記", "replace": True}).json() == {"added": 1}
    (row,) = owner.get(f"{API}/glossary").json()
    assert owner.delete(f"{API}/glossary/{row['id']}").status_code == 204
