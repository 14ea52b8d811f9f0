"""The store of originals: the same bytes lie once, whoever stores them at the same time."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kb.store import blobs

_STORE_MANY = """
import sys, time
from pathlib import Path
from kb.store import blobs
while time.time() < float(sys.argv[3]):
    pass
for _ in range(20):
    print(blobs.store(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def stored_files(files: Path) -> list[Path]:
    return [path for path in files.rglob("*") if path.is_file()]


def test_many_threads_store_the_same_bytes_at_once(tmp_path: Path) -> None:
    files = tmp_path / "files"
    content = bytes(range(256)) * 8192
    sources = [tmp_path / f"{number}.pdf" for number in range(16)]
    for source in sources:
        source.write_bytes(content)
    together = threading.Barrier(len(sources))

    def store(source: Path) -> str:
        together.wait()
        return blobs.store(files, source)

    with ThreadPoolExecutor(len(sources)) as pool:
        found = list(pool.map(store, sources))
    assert set(found) == {hashlib.sha256(content).hexdigest()}
    assert [path.read_bytes() for path in stored_files(files)] == [content], "one file, complete, and no part left"


@pytest.mark.slow
def test_many_processes_store_the_same_bytes_at_once(tmp_path: Path) -> None:
    import time

    files, source = tmp_path / "files", tmp_path / "a.pdf"
    source.write_bytes(b"circular" * 300_000)
    start = str(time.time() + 2)
    command = [sys.executable, "-c", _STORE_MANY, str(files), str(source), start]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") for _ in range(4)]
    answers = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert {one for lines in answers for one in lines} == {blobs.digest(source)}
    assert [path.read_bytes() for path in stored_files(files)] == [source.read_bytes()]


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path) -> None:
    files = tmp_path / "files"
    with pytest.raises(OSError, match="missing"):
        blobs.store(files, tmp_path / "missing")
    assert stored_files(files) == []
