"""Fifty people ask for five minutes, once without and once with an intake of files.

    python -m tests.load --seconds 300 --people 50 --pages 200 --data var/load

Starts the service on a folder with the samples, runs the locust file twice, prints the times from the question to the
end of the answer, and ends with status 1 where the 95th percentile is beyond 1.5 s or anything failed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from kb.core.settings import Settings
from tests.load import stage

MOST_SECONDS = 1.5
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one run: milliseconds from the question to the end of the answer; ``failures`` of all requests."""

    asked: int
    failures: int
    p50: float
    p95: float
    p99: float

    @property
    def good(self) -> bool:
        return self.asked > 0 and self.failures == 0 and self.p95 <= MOST_SECONDS * 1000


def main() -> int:
    """Run both measurements; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--pages", type=int, default=200, help="taken in during the second run, over and over")
    parser.add_argument(
        "--data", type=Path, default=Path("var/load"), help="kept, so that a second call starts at once"
    )
    asked_for = parser.parse_args()
    settings = stage.fill(asked_for.data.resolve())
    plan = stage.people(settings, asked_for.people)
    written = asked_for.data / "stage.json"
    written.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    os.environ["SINZI_LOAD_STAGE"] = str(written.resolve())
    with service(settings, asked_for.data / "service.log") as address:
        alone = run(address, asked_for, "alone")
        with Intake(address, plan["key"], asked_for) as intake:
            beside = run(address, asked_for, "intake")
        memory = resident(address)
    tell("without an intake", alone)
    tell(f"while {intake.pages} pages were taken in", beside)
    print(f"memory of the service: {memory:.0f} MB; files that failed: {intake.failed}")
    enough = intake.pages >= asked_for.pages and not intake.failed
    return 0 if alone.good and beside.good and enough else 1


def tell(when: str, found: Figures) -> None:
    print(
        f"{when}: {found.asked} questions, p50 {found.p50:.0f} ms, p95 {found.p95:.0f} ms, p99 {found.p99:.0f} ms, "
        f"{found.failures} failures: {'ok' if found.good else 'NOT GOOD ENOUGH'}"
    )


@contextmanager
def service(settings: Settings, log: Path) -> Iterator[str]:
    """Run ``kb serve`` on a free port for the length of a ``with`` block; give its address once it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kb = str(Path(sys.executable).with_name("kb"))
    command = [kb, "--data", str(settings.data), "serve", "--port", str(port)]
    with log.open("wb") as told:
        process = subprocess.Popen(command, stdout=told, stderr=told)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_ready(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        if process.poll() is not None:
            raise SystemExit("the service did not start; see service.log")
        try:
            if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise SystemExit("the service did not become ready; see service.log")


def run(address: str, asked_for: argparse.Namespace, name: str) -> Figures:
    """Let locust run its file and return what it measured."""
    prefix = asked_for.data / name
    subprocess.run(
        [
            *(sys.executable, "-m", "locust", "--locustfile", str(HERE / "locustfile.py"), "--headless"),
            *("--users", str(asked_for.people), "--spawn-rate", str(max(1, asked_for.people // 5))),
            *("--run-time", f"{asked_for.seconds}s", "--host", address, "--csv", str(prefix)),
            *("--only-summary", "--loglevel", "WARNING", "--exit-code-on-error", "0"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with Path(f"{prefix}_stats.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["Name"]: row for row in csv.DictReader(stream)}
    ask = rows["ask"]
    failures = int(rows["Aggregated"]["Failure Count"])
    return Figures(int(ask["Request Count"]), failures, float(ask["50%"]), float(ask["95%"]), float(ask["99%"]))


def resident(address: str) -> float:
    """Return the memory the service holds, in MB, from its own figures."""
    for line in httpx.get(f"{address}/metrics").text.splitlines():
        if line.startswith("process_resident_memory_bytes "):
            return float(line.split()[1]) / 1e6
    return 0.0


class Intake:
    """Hands in files over the API, a set as soon as the one before is in, until the ``with`` block ends."""

    def __init__(self, address: str, key: str, asked_for: argparse.Namespace) -> None:
        self._client = httpx.Client(
            base_url=f"{address}/api/v1/tenants/{stage.SLUGS[0]}",
            headers={"Authorization": f"Bearer {key}"},
            timeout=60,
        )
        self._folder = asked_for.data / "bundles"
        self._set = min(asked_for.pages, 100)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.pages = 0
        self.failed = 0

    def __enter__(self) -> Intake:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._client.close()

    def _run(self) -> None:
        first = int(time.time())
        while not self._over.is_set():
            paths = stage.bundles(self._folder, self._set, 20, first)
            first += 1000
            files = [("files", (path.name, path.read_bytes(), "application/pdf")) for path in paths]
            rows = self._client.post("/collections/main/uploads", files=files).raise_for_status().json()
            waiting = {row["id"] for row in rows}
            while waiting and not self._over.is_set():
                time.sleep(1)
                waiting = self._still(waiting)

    def _still(self, waiting: set[int]) -> set[int]:
        rows = {row["id"]: row for row in self._client.get("/uploads").raise_for_status().json()}
        for number in list(waiting):
            status = rows[number]["status"]
            if status in ("indexed", "replaced", "unchanged"):
                self.pages += 20
            elif status == "failed":
                self.failed += 1
        return {number for number in waiting if rows[number]["status"] in ("queued", "working")}


if __name__ == "__main__":
    sys.exit(main())
