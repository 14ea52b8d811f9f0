"""`kb doctor` asks the language model, on real sockets, and says what is wrong with it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kb.core import llm_probe
from kb.core.errors import Misconfigured, SinziError
from kb.core.settings import Settings
from kb.doctor import Finding, examine

pytestmark = pytest.mark.slow

OK = json.dumps({"choices": [{"message": {"role": "assistant", "content": "OK"}}]})


class Answering(BaseHTTPRequestHandler):
    """Answers by the model's name: "404" with that status, "slow" late, "odd" with a page, "m" properly."""

    def do_POST(self) -> None:
        model = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["model"]
        if self.headers["Authorization"] != "Bearer secret":
            model = "401"
        if model == "slow":
            time.sleep(2.5)
        self.send_response(int(model) if model.isdigit() else 200)
        self.end_headers()
        self.wfile.write({"odd": b"<html>", "list": b"[]"}.get(model, OK.encode()))

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def served(settings: Settings) -> Iterator[Settings]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    yield Settings(data=settings.data, llm_base_url=url, llm_model="m", llm_api_key="secret", llm_timeout_seconds=1.0)
    server.shutdown()
    server.server_close()


def finding(settings: Settings) -> Finding | None:
    return next((one for one in examine(settings) if one.what == "language model"), None)


def test_none_is_no_fault(settings: Settings) -> None:
    assert finding(settings) is None


def test_a_model_that_answers(served: Settings) -> None:
    found = finding(served)
    assert found is not None
    assert found.ok
    assert "answers in" in found.found


@pytest.mark.parametrize(
    ("model", "code"),
    [("404", "llm_model_unknown"), ("429", "llm_budget"), ("500", "llm_down"), ("slow", "llm_slow"),
     ("odd", "llm_rubbish"), ("list", "llm_rubbish")],
)  # fmt: skip
def test_what_is_wrong_is_said(served: Settings, model: str, code: str) -> None:
    with pytest.raises(SinziError, match=code):
        llm_probe.probe(served.model_copy(update={"llm_model": model}))


def test_a_wrong_key_is_a_fault(served: Settings, tmp_path: Path) -> None:
    wrong = Settings(data=served.data, llm_base_url=served.llm_base_url, llm_model="m", llm_api_key="x")
    found = finding(wrong)
    assert found is not None
    assert "refused the key" in found.found
    assert found.mend
    (tmp_path / "key").write_text("secret\n", encoding="utf-8")
    from_file = Settings(
        data=served.data, llm_base_url=served.llm_base_url, llm_model="m", llm_api_key_file=tmp_path / "key"
    )
    assert llm_probe.probe(from_file) == "OK"
    with pytest.raises(Misconfigured, match="llm_key_file"):
        llm_probe.key(from_file.model_copy(update={"llm_api_key_file": tmp_path / "none"}))


def test_half_a_setting_is_a_fault(settings: Settings) -> None:
    found = finding(settings.model_copy(update={"llm_base_url": "http://127.0.0.1:1/v1"}))
    assert found is not None
    assert "KB_LLM_MODEL" in found.mend


def test_the_key_is_never_printed() -> None:
    assert "pa55" not in repr(Settings(llm_api_key="pa55"))
    assert "pa55" not in str(Settings(llm_api_key="pa55").llm_api_key)
