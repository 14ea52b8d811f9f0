"""Measures the speed of ingest: the product end to end, its embedding alone, and the same pipeline on torch.

The three systems are timed in turns, A B C A B C, so that other load on the machine affects all of them. Before the
first timing, their processes have started and have read every file. Each timing of a pipeline fills a new tenant.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from eval.datasets.collection_index import Progress
from eval.runs.speed.ingest_timing import Timing, prepare_files, thin_out, time_embedding, time_pipeline
from ingest import prepared
from ingest.workers.worker_pool import WorkerPool
from kb.core.cpu_cores import usable_cores
from kb.core.settings import Settings
from kb.search.models import bundled_model

__all__ = ["measure", "most_pages"]

PRODUCT, EMBEDDING_ALONE, TORCH, TORCH_SAMPLE = (
    "end to end",
    "embedding alone",
    "torch end to end",
    "torch embedding, scaled",
)


def most_pages(folder: Path, number: int) -> list[Path]:
    """Return the PDFs under ``folder`` with the most pages, longest first."""
    from pypdfium2 import PdfDocument

    pages = {}
    for path in sorted(folder.rglob("*.pdf")):
        with PdfDocument(path) as document:
            pages[path] = len(document)
    return sorted(pages, key=lambda path: -pages[path])[:number]


def measure(
    settings: Settings, paths: Sequence[Path], *, repeat: int, sample: int | None, progress: Progress
) -> dict[str, Any]:
    """Time the systems ``repeat`` times in turns.

    Args:
        sample: instead of the pipeline on torch, embed about this many chunks on torch and scale the time up. The
            pipeline cannot be faster than its embedding, so the ratio is then a lower bound.

    Returns:
        ``{"files", "pages", "chunks", "cores", "load", "repeat", "torch_chunks", "systems": {name: {"wall_s", "cpu_s",
        "pages_per_s", "chunks_per_s", "walls_s", "stages_s"}}, "ratios"}``; see :func:`_ratios`.

    Raises:
        FileRejected: one of the files cannot be read.
    """
    torch_settings = settings.model_copy(update={"embedding_model": str(bundled_model.ensure(settings.cache))})
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kb-ingest-", ignore_cleanup_errors=True)))
        ours, torch = (stack.enter_context(WorkerPool(one)) for one in (settings, torch_settings))
        works = prepare_files(ours, paths, home / "ours")
        documents = [document for work in works if (document := prepared.load(work)) is not None]
        pages, chunks = (sum(one.page_count or 0 for one in documents), sum(len(one.texts) for one in documents))
        torch_chunks = chunks
        runs: dict[str, Callable[[Timing], None]] = {
            PRODUCT: lambda into: time_pipeline(settings, ours, paths, home, into),
            EMBEDDING_ALONE: lambda into: time_embedding(ours, works, into),
        }
        if sample:
            torch_works, torch_chunks = thin_out(works, home / "sample", sample)
            time_embedding(torch, torch_works[:1], Timing())  # starts the process and loads the model
            runs[TORCH_SAMPLE] = lambda into: time_embedding(torch, torch_works, into)
        else:
            prepare_files(torch, paths, home / "torch")
            runs[TORCH] = lambda into: time_pipeline(torch_settings, torch, paths, home, into)
        measured = {name: Timing() for name in runs}
        for turn in range(repeat):
            for place, (name, run) in enumerate(runs.items(), 1):
                run(measured[name])
                progress("measure", turn * len(runs) + place, repeat * len(runs))
    if sample:
        _scale_times(measured[TORCH_SAMPLE], chunks / torch_chunks)
    return {
        "files": [path.name for path in paths],
        "pages": pages,
        "chunks": chunks,
        "cores": usable_cores(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "repeat": repeat,
        "torch_chunks": torch_chunks,
        "systems": {name: _row(one, pages, chunks) for name, one in measured.items()},
        "ratios": _ratios(measured),
    }


def _scale_times(measured: Timing, factor: float) -> None:
    measured.wall = [one * factor for one in measured.wall]
    measured.cpu = [one * factor for one in measured.cpu]


def _row(measured: Timing, pages: int, chunks: int) -> dict[str, Any]:
    wall = statistics.median(measured.wall)
    row: dict[str, Any] = {
        "wall_s": round(wall, 2),
        "cpu_s": round(statistics.median(measured.cpu), 2),
        "pages_per_s": round(pages / wall, 2),
        "chunks_per_s": round(chunks / wall, 2),
        "walls_s": [round(one, 2) for one in measured.wall],
    }
    if measured.stages:
        row["stages_s"] = {
            stage: round(statistics.median(one[stage] for one in measured.stages), 2)
            for stage in ("read", "embed", "store")
        }
    return row


def _ratios(measured: dict[str, Timing]) -> dict[str, float]:
    """Return medians over the turns, by wall and by CPU seconds.

    ``embedding_share``: share of the time end to end in which a file was being embedded;
    ``of_embedding_alone``: speed end to end divided by speed of embedding alone (1: reading and storing take no time);
    ``over_torch``: speed end to end divided by the speed of the pipeline on torch (a lower bound if sampled).
    """
    product, alone = measured[PRODUCT], measured[EMBEDDING_ALONE]
    torch = measured.get(TORCH) or measured[TORCH_SAMPLE]
    share = [one["embed"] / wall for one, wall in zip(product.stages, product.wall, strict=True)]
    return {
        "embedding_share": round(statistics.median(share), 3),
        "of_embedding_alone": _median_ratio(alone.wall, product.wall),
        "of_embedding_alone_cpu": _median_ratio(alone.cpu, product.cpu),
        "over_torch": _median_ratio(torch.wall, product.wall),
        "over_torch_cpu": _median_ratio(torch.cpu, product.cpu),
    }


def _median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    return round(statistics.median(one / other for one, other in zip(above, below, strict=True)), 3)
