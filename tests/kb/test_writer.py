"""One process writes."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.core.errors import Transient
from kb.store import writer_lock

HOLD = """
import sys, time
from pathlib import Path
from kb.store import writer_lock
with writer_lock.writing(Path(sys.argv[1]), "kb ingest"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_writer_is_told_who_the_first_is(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        assert writer_lock.held_elsewhere(tmp_path)
        with pytest.raises(Transient, match="store_busy") as caught, writer_lock.writing(tmp_path, "second"):
            pass
        assert f"kb ingest, PID {first.pid}" in caught.value.message("en")
        first.kill()
        first.wait()
    time.sleep(0.1)
    assert not writer_lock.held_elsewhere(tmp_path)
    with writer_lock.writing(tmp_path, "second"):
        pass


def test_nobody_writes_where_nothing_is(tmp_path: Path) -> None:
    assert not writer_lock.held_elsewhere(tmp_path / "missing")
