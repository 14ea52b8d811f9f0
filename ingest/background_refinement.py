"""Bilingual pairs, orders to an assistant in earlier versions, sentence vectors: made while no file waits.

Versions of earlier releases are examined for people's data here too.

What is still to be done is what the records lack. So an interrupted run is continued by the next one, and nothing is
queued. Batches are small: a new file waits for one batch at most.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from ingest import prepared
from ingest.workers import embedding_stage
from ingest.workers.fair_turns import Share
from ingest.workers.worker_pool import WorkerPool
from ingest.workers.worker_process import ProgramClosing
from kb.core.errors import SinziError
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.prompt_injection.injection_detector import injected_spans
from kb.publishing import personal_data_examination
from kb.search import order_marks
from kb.search.bilingual import pair_finder
from kb.search.dense import sentence_vectors
from kb.search.models.encoder import Vectors
from kb.store import tenants

__all__ = ["in_background", "refine"]

# Chunks of one batch: two or three seconds of work on an office PC.
_BATCH = 32
_POLL_SECONDS = 3.0
_AFTER_AN_ERROR_SECONDS = 60.0


def refine(
    library: Library,
    workers: WorkerPool,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    go_on: Callable[[], bool] = lambda: True,
) -> bool:
    """Look for people's data and for orders to an assistant in old versions, find bilingual pairs, embed sentences.

    Args:
        progress: called with ``(chunks done, chunks in all)``.
        go_on: called before every batch; False stops the work.

    Returns:
        Whether no chunk without sentence vectors is left.
    """
    personal_data_examination.examine(library, go_on=go_on)
    pair_finder.find_pairs(library, go_on=go_on)
    model, dimension = workers.identity()
    folder = library.tenant.home / "work" / "sentences"
    _judge(library, model, lambda texts: _embed(folder, texts, workers, model, dimension), go_on)
    with library.session() as session:
        total = sentence_vectors.outstanding(session, model)
    done, last = 0, 0
    while go_on():
        with library.session() as session:
            batch = sentence_vectors.chunks_to_embed(session, model, _BATCH, last)
        if not batch:
            return True
        vectors = _embed(folder, [text for chunk in batch for text in chunk.texts], workers, model, dimension)
        with library.transaction() as session:
            sentence_vectors.store(session, batch, vectors)
        done, last = done + len(batch), batch[-1].chunk_id
        progress(min(done, total), total)
    return False


def _judge(library: Library, model: str, embed: Callable[[list[str]], Vectors], go_on: Callable[[], bool]) -> None:
    """Look for orders to an assistant in chunks that this version of the detector has not read."""
    encode = order_marks.encode_with(model, embed)
    by, last = order_marks.judged_by(encode), 0
    while go_on():
        with library.session() as session:
            batch = order_marks.chunks_to_judge(session, by, _BATCH, last)
        if not batch:
            return
        judged = [(chunk, injected_spans(chunk.text, encode)) for chunk in batch]
        with library.transaction() as session:
            order_marks.store(session, judged, by)
        last = batch[-1].id


def _embed(folder: Path, texts: list[str], workers: WorkerPool, model: str, dimension: int) -> Vectors:
    """Embed ``texts`` in the embedding process, through a work folder like that of a document."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        prepared.save(prepared.texts_only(texts), folder)
        workers.embed(folder, lambda done, total: None, Share(background=True))
        return embedding_stage.load_vectors(folder, model, dimension)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # the sentences of documents must not stay here


@contextmanager
def in_background(
    settings: Settings, workers: WorkerPool, busy: Callable[[], bool], poll_seconds: float = _POLL_SECONDS
) -> Iterator[None]:
    """Refine all tenants in a thread for the length of a ``with`` block, whenever the queue is empty.

    Args:
        busy: whether files wait to be ingested.
        poll_seconds: how often to look for something to do.
    """
    ended = threading.Event()
    arguments = (settings, workers, busy, ended, poll_seconds)
    thread = threading.Thread(target=_refine_until_ended, args=arguments, name="refinement", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


def _refine_until_ended(
    settings: Settings, workers: WorkerPool, busy: Callable[[], bool], ended: threading.Event, poll_seconds: float
) -> None:
    # tenant → state of its searched versions when nothing was left to do; the same state again needs no work
    complete: dict[str, tuple[int, int, str]] = {}
    pause = poll_seconds

    def may_go_on() -> bool:
        return not ended.is_set() and not busy()

    while not ended.wait(pause):
        pause = poll_seconds
        try:
            for tenant in tenants.listing(settings):
                if not may_go_on():
                    break
                library = Library(tenant)
                with library.session() as session:
                    state = sentence_vectors.search_state(session)
                if state != complete.get(tenant.slug) and refine(library, workers, go_on=may_go_on):
                    complete[tenant.slug] = state
        except ProgramClosing:
            return
        except (SinziError, OSError, SQLAlchemyError, KeyError):
            # nothing is lost, and the next file ingested will show the cause; or a document was deleted meanwhile
            pause = _AFTER_AN_ERROR_SECONDS
