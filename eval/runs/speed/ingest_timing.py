"""Times one repetition: the ingest of files, or only the embedding of their chunks."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path, PurePosixPath

import psutil

from ingest import document_names, prepared
from ingest.error_json import error_from_json
from ingest.job import Job, job_for
from ingest.queue import job_queue
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.store import tenants, writer_lock

__all__ = ["Timing", "prepare_files", "thin_out", "time_embedding", "time_pipeline"]

_WARM_UP_CHUNKS = 4
# This text is ingested before the clock starts, so that the start of the queue and the vector store is not measured.
_WARM_UP_TEXT = "員工請病假兩天或以上，須於復工當日遞交醫生證明書。\n"


@dataclass(slots=True)
class Timing:
    """The repetitions of one system: wall seconds, CPU seconds of all processes, seconds per stage."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    stages: list[dict[str, float]] = field(default_factory=list)

    @contextmanager
    def clock(self) -> Iterator[None]:
        """Add the wall and CPU seconds of the ``with`` block."""
        cpu, wall = _cpu_seconds(), time.monotonic()
        yield
        self.wall.append(time.monotonic() - wall)
        self.cpu.append(_cpu_seconds() - cpu)


def _cpu_seconds() -> float:
    """Return the CPU seconds so far of this process and its children, ended ones included."""
    own = psutil.Process()
    living = [one.cpu_times() for one in own.children(recursive=True)]
    times = own.cpu_times()
    return float(
        times.user
        + times.system
        + times.children_user
        + times.children_system
        + sum(one.user + one.system for one in living)
    )


class StageTimer:
    """Measures, from progress events, for how long at least one file was being read, embedded or stored."""

    def __init__(self) -> None:
        self._events: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)

    def report(self, path: str, stage: str, done: int, total: int | None) -> None:
        """Record a progress event (:data:`ingest.context.ReportProgress`).

        A stage ends when the next stage of the same file starts.
        """
        events = self._events[path]
        if not events or events[-1][0] != stage:
            events.append((stage, time.monotonic()))

    def clear(self) -> None:
        """Remove all recorded events."""
        self._events.clear()

    def finish(self, path: str) -> None:
        """Record that a file is finished."""
        self.report(path, "", 0, None)

    def seconds(self) -> dict[str, float]:
        """Return the seconds of each stage. Stages of two files may overlap, so the sum may exceed the wall time."""
        spans: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        for events in self._events.values():
            for (stage, start), (_, end) in pairwise(events):
                spans[stage].append((start, end))
        return {stage: _union_length(sorted(found)) for stage, found in spans.items()}


def _union_length(spans: list[tuple[float, float]]) -> float:
    """Return the length of the union of ``spans``, which must be sorted by their start."""
    total, reached = 0.0, float("-inf")
    for start, end in spans:
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def prepare_files(workers: WorkerPool, paths: Sequence[Path], home: Path) -> list[Path]:
    """Read files and return the folders of the prepared documents; afterwards both worker processes are warm.

    Raises:
        FileRejected: a ``file_*`` code.
    """
    folders = [home / str(number) for number in range(len(paths))]
    for path, folder in zip(paths, folders, strict=True):
        workers.read(path, path.name, folder, _ignore_progress)
    thin_out(folders, home / "warm", _WARM_UP_CHUNKS)
    time_embedding(workers, [home / "warm" / folder.name for folder in folders], Timing())
    return folders


def thin_out(folders: Sequence[Path], home: Path, sample: int) -> tuple[list[Path], int]:
    """Copy prepared documents with about ``sample`` chunk texts in total, evenly spread.

    Returns:
        The folders of the copies, and the number of chunk texts in them.
    """
    documents = [document for folder in folders if (document := prepared.load(folder)) is not None]
    step = max(1, sum(len(one.texts) for one in documents) // sample)
    copies = []
    for folder, document in zip(folders, documents, strict=True):
        copies.append(home / folder.name)
        copies[-1].mkdir(parents=True)
        prepared.save(replace(document, texts=document.texts[::step]), copies[-1])
    return copies, sum(len(one.texts[::step]) for one in documents)


def time_embedding(workers: WorkerPool, folders: Sequence[Path], into: Timing) -> None:
    """Time the embedding of prepared documents, one after another, in the embedding process; add it to ``into``."""
    for folder in folders:
        for vectors in folder.glob("vectors-*"):
            vectors.unlink()
    with into.clock():
        for folder in folders:
            workers.embed(folder, _ignore_progress)


def time_pipeline(settings: Settings, workers: WorkerPool, paths: Sequence[Path], home: Path, into: Timing) -> None:
    """Time the ingest of files through the durable queue into a new tenant in ``home``; add it to ``into``.

    The time runs from the submission of the first file until the last file is published.

    Raises:
        SinziError: a file was not ingested.
    """
    tenant_settings = settings.model_copy(update={"data": Path(tempfile.mkdtemp(dir=home))})
    tenant = tenants.create(tenant_settings, "speed", "speed")
    first = tenant_settings.data / "first.txt"
    first.write_text(_WARM_UP_TEXT, encoding="utf-8")
    names = document_names.assign([PurePosixPath(path.as_posix()) for path in paths])
    stages = StageTimer()
    with (
        writer_lock.writing(tenant_settings.data, "kb eval ingest"),
        job_queue.open_queue(tenant_settings, workers, stages.report) as work,
        ThreadPoolExecutor(len(paths)) as pool,
    ):

        def ingest_file(job: Job) -> None:
            for outcome in work.outcomes(work.submit(job)):
                stages.finish(outcome.path)
                if outcome.error:
                    raise error_from_json(outcome.error)

        ingest_file(job_for(tenant, first, first.name, first.name, "main"))
        stages.clear()
        with into.clock():
            waiting = [
                pool.submit(ingest_file, job_for(tenant, path, name, name, "main"))
                for path, name in zip(paths, names, strict=True)
            ]
            for one in waiting:
                one.result()
    into.stages.append(stages.seconds())


def _ignore_progress(done: int, total: int | None) -> None:
    """Accept a progress event and do nothing."""
