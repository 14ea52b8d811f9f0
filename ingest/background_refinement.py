"""What makes search finer after publishing, made while nobody waits for a file: bilingual pairs, sentence vectors.

What is left to do is what the records lack, so a run cut short at any moment is simply gone on with, and nothing is
queued. Batches are small: a file handed in meanwhile waits for one of them at most.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest import prepared
from ingest.workers import embedding_stage
from ingest.workers.worker_pool import WorkerPool
from ingest.workers.worker_process import Closing
from kb.core.errors import SinziError
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.bilingual import pair_finder
from kb.search.dense import sentence_vectors
from kb.search.models.encoder import Vectors
from kb.store import tenants

__all__ = ["in_background", "refine"]

# Chunks of one batch: two or three seconds of work on an office PC.
_BATCH = 32
_LOOK_SECONDS = 3.0
_AFTER_AN_ERROR_SECONDS = 60.0


def refine(
    library: Library,
    workers: WorkerPool,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    go_on: Callable[[], bool] = lambda: True,
) -> bool:
    """Find bilingual pairs, then embed the sentences of chunks without sentence vectors; return whether none is left.

    Args:
        progress: told ``(chunks done, chunks in all)``.
        go_on: asked before every batch.
    """
    pair_finder.find_pairs(library, go_on=go_on)
    model, dimension = workers.identity()
    folder = library.tenant.home / "work" / "sentences"
    with library.session() as session:
        total = sentence_vectors.outstanding(session, model)
    done, last = 0, 0
    while go_on():
        with library.session() as session:
            batch = sentence_vectors.chunks_to_embed(session, model, _BATCH, last)
        if not batch:
            shutil.rmtree(folder, ignore_errors=True)
            return True
        vectors = _embedded(folder, [text for chunk in batch for text in chunk.texts], workers, model, dimension)
        with library.transaction() as session:
            sentence_vectors.store(session, batch, vectors)
        done, last = done + len(batch), batch[-1].chunk_id
        progress(min(done, total), total)
    return False


def _embedded(folder: Path, texts: list[str], workers: WorkerPool, model: str, dimension: int) -> Vectors:
    """Let the embedding process make the vectors of ``texts``, by way of a work folder like a document's."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    prepared.save(prepared.texts_alone(texts), folder)
    workers.embed(folder, lambda done, total: None)
    return embedding_stage.load_vectors(folder, model, dimension)


@contextmanager
def in_background(
    settings: Settings, workers: WorkerPool, busy: Callable[[], bool], look_seconds: float = _LOOK_SECONDS
) -> Iterator[None]:
    """Fill all tenants while the service lives, whenever its queue is empty.

    Args:
        busy: whether files wait to be taken in.
        look_seconds: how often to look for something to do.
    """
    ended = threading.Event()
    facts = (settings, workers, busy, ended, look_seconds)
    thread = threading.Thread(target=_keep_filling, args=facts, name="units", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


def _keep_filling(
    settings: Settings, workers: WorkerPool, busy: Callable[[], bool], ended: threading.Event, look_seconds: float
) -> None:
    whole: dict[str, tuple[int, int, str]] = {}  # which versions each tenant searched when nothing was left to do
    pause = look_seconds

    def undisturbed() -> bool:
        return not ended.is_set() and not busy()

    while not ended.wait(pause):
        pause = look_seconds
        try:
            for tenant in tenants.listing(settings):
                if not undisturbed():
                    break
                library = Library(tenant)
                with library.session() as session:
                    searched = sentence_vectors.state(session)
                if searched != whole.get(tenant.slug) and refine(library, workers, go_on=undisturbed):
                    whole[tenant.slug] = searched
        except Closing:
            return
        except (SinziError, OSError):
            # nothing is lost by it, and the files that follow will show what is wrong
            pause = _AFTER_AN_ERROR_SECONDS
