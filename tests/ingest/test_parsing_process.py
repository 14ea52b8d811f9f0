"""Small files that users send are parsed in a process of their own, within limits, which one tenant does not fill."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from ingest.workers.parsing_process import ParsingProcess
from kb.core.errors import FileRejected, SinziError, Transient
from kb.core.settings import Settings
from kb.store import tenants
from kb.store.tenants import Tenant
from tests.helpers import hostile_parsers

pytestmark = pytest.mark.slow


@pytest.fixture
def parsing(settings: Settings) -> Iterator[ParsingProcess]:
    process = ParsingProcess(settings.model_copy(update={"parse_timeout_seconds": 5, "worker_memory_mb": 256}))
    yield process
    process.close()


def parse(parsing: ParsingProcess, tenant: Tenant, function: str) -> bytes:
    with parsing.parsed(tenant, getattr(hostile_parsers, function), "a.CSV", b"abc") as result:
        return result.read_bytes()


@pytest.mark.parametrize(
    ("function", "code"),
    [("loop", "file_timeout"), ("take_memory", "file_out_of_memory"), ("crash", "file_crashed_parser")],
)
def test_limits_and_the_next_file_is_parsed(parsing: ParsingProcess, tenant: Tenant, function: str, code: str) -> None:
    started = time.monotonic()
    with pytest.raises(FileRejected) as caught:
        parse(parsing, tenant, function)
    assert caught.value.code == code
    assert time.monotonic() - started < 30
    assert parse(parsing, tenant, "copy") == b"a.CSVabc"
    assert not any((tenant.home / "incoming").iterdir())


def test_one_tenant_does_not_take_all_the_time(parsing: ParsingProcess, tenant: Tenant, settings: Settings) -> None:
    other = tenants.create(settings, "sunrise", "Sunrise")
    codes: list[str] = []

    def hold() -> None:
        try:
            parse(parsing, tenant, "loop")
        except SinziError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    assert codes == ["parsing_busy"] * 2, "at once, without waiting"
    started = time.monotonic()
    assert parse(parsing, other, "copy") == b"a.CSVabc"
    assert time.monotonic() - started < 20, "after the first file of the other, before its second"
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["file_timeout"] * 2 + ["parsing_busy"] * 2
    assert issubclass(Transient, SinziError)
