"""Nothing leaves this computer: every connection is recorded, of native code and all processes too, and there is none.

``tests/helpers/connection_recorder.py`` records, ``tests/helpers/first_day.py`` is what is done meanwhile.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kb.core.no_telemetry import OPT_OUTS
from kb.core.settings import Settings
from tests.helpers.connection_recorder import Recording, record
from tests.helpers.skips import missing

pytestmark = pytest.mark.slow
SECONDS = 900
# Python with the product's own code, but with the switches thrown back after they were set.
BETRAYAL = f"""
import kb, os, time
for name in {sorted(OPT_OUTS)!r}:
    os.environ.pop(name, None)
import ingest.parsers.shared.element_builder
from kb.core.settings import Settings
from kb.search.models import embedding
embedding.load(Settings()).encode_queries(["病假要醫生紙嗎？"])
time.sleep(15)
"""
BY_PYTHON = """
import urllib.request
try:
    urllib.request.urlopen("http://example.invalid/", timeout=5)
except OSError:
    pass
"""


def _record(command: list[str], folder: Path, settings: Settings) -> Recording:
    """Record a command with a home of its own, in an environment that has never heard of an opt-out."""
    kept = ("PATH", "LANG", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {
        "HOME": str(folder),
        "KB_DATA": str(folder / "data"),
        "KB_CACHE": str(settings.cache),
        "ORT_DISABLE_TELEMETRY": "0",
        "HF_HUB_OFFLINE": "0",
    }
    try:
        return record(command, folder, environment, SECONDS)
    except OSError as error:
        missing(f"connections cannot be recorded here: {error} (make extras)")


def test_a_day_of_work_sends_nothing(model_settings: Settings, tmp_path: Path) -> None:
    found = _record([sys.executable, "-m", "tests.helpers.first_day", str(tmp_path)], tmp_path, model_settings)
    assert found.status == 0, found.output
    assert found.output.endswith("The day is over.\n")
    assert found.sent == {}
    # onnxruntime would keep here what it has not been able to send.
    assert not list(tmp_path.rglob("*onnxruntime.db*"))


def test_the_recorder_sees_what_the_libraries_send_without_the_switches(
    model_settings: Settings, tmp_path: Path
) -> None:
    found = _record([sys.executable, "-c", BETRAYAL], tmp_path, model_settings)
    assert found.status == 0, found.output
    assert "packages.unstructured.io:443/tcp" in found.sent, "by Python"
    assert "mobile.events.data.microsoft.com:443/tcp" in found.sent, "by native code"
    assert list(tmp_path.rglob("*onnxruntime.db*"))


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (BY_PYTHON, "example.invalid:80/tcp"),
        ("import socket; s = socket.socket(); s.connect_ex(('203.0.113.7', 4317))", "203.0.113.7:4317/tcp"),
        (
            "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.sendto(b'x', ('203.0.113.7', 443))",
            "203.0.113.7:443/udp",
        ),
        ("import socket; s = socket.socket(socket.AF_INET6); s.connect_ex(('2001:db8::7', 80))", "2001:db8::7:80/tcp"),
    ],
)
def test_the_recorder_sees_any_connection(
    program: str, expected: str, model_settings: Settings, tmp_path: Path
) -> None:
    found = _record([sys.executable, "-c", program], tmp_path, model_settings)
    assert expected in found.sent, found


def test_the_recorder_passes_over_this_computer(model_settings: Settings, tmp_path: Path) -> None:
    program = "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname())"
    found = _record([sys.executable, "-c", program], tmp_path, model_settings)
    assert (found.status, found.sent) == (0, {}), found.output
