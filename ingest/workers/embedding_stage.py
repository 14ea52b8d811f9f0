"""Prepared document → vectors, in a worker process. Finished batches are kept: after a crash the rest is embedded."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from ingest import prepared
from kb.core.cpu_cores import usable_cores
from kb.search.models.encoder import Encoder, Vectors

__all__ = ["embed", "load_vectors"]

# Chunks between two writes, for each core: about a second of work on an office PC.
_BATCH_PER_CORE = 8


def _vectors_path(folder: Path, model: str) -> Path:
    """Return the path of the vectors. The name depends on the model, so one file never holds rows of two models."""
    return folder / f"vectors-{hashlib.sha256(model.encode()).hexdigest()[:12]}.f32"


@lru_cache(maxsize=1)
def _texts(folder: Path, _changed_ns: int) -> list[str]:
    """Return the texts of the document in ``folder``; those of the last one are kept for its next slice."""
    document = prepared.load(folder)
    if document is None:
        raise FileNotFoundError(folder)
    return document.texts


def embed(
    folder: Path, encoder: Encoder, progress: Callable[[int, int | None], None], seconds: float = math.inf
) -> tuple[int, int]:
    """Write the vectors of the texts of the document in ``folder``; stop after ``seconds``, at least one batch later.

    Rows that an earlier slice or a crashed run wrote are kept: the vector of a text does not depend on the other texts.

    Returns:
        The number of texts embedded so far, and of all texts.

    Raises:
        FileNotFoundError: the folder holds no prepared document.
    """
    ends = time.monotonic() + seconds
    texts = _texts(folder, prepared.changed_ns(folder))
    path = _vectors_path(folder, str(encoder.identity))
    row_bytes = 4 * encoder.identity.dimension
    batch_size = _BATCH_PER_CORE * usable_cores()
    path.touch()
    with path.open("r+b") as stream:
        done = min(path.stat().st_size // row_bytes, len(texts))
        stream.truncate(done * row_bytes)
        stream.seek(0, 2)
        progress(done, len(texts))
        while done < len(texts):
            batch = texts[done : done + batch_size]
            # The longest text first: otherwise the cores wait at the end of a batch for one long text.
            order = sorted(range(len(batch)), key=lambda index: -len(batch[index]))
            rows = np.empty((len(batch), encoder.identity.dimension), dtype=np.float32)
            rows[order] = encoder.encode_passages([batch[index] for index in order])
            stream.write(rows.tobytes())
            stream.flush()
            done += len(batch)
            progress(done, len(texts))
            if time.monotonic() > ends:
                break
    return done, len(texts)


def load_vectors(folder: Path, model: str, dimension: int) -> Vectors:
    """Return the vectors that :func:`embed` wrote, float32 of shape (texts, dimension)."""
    return np.fromfile(_vectors_path(folder, model), dtype=np.float32).reshape(-1, dimension)
