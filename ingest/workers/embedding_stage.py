"""Prepared document → vectors, in a worker process. Finished batches are kept: after a crash the rest is embedded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ingest import prepared
from kb.search.models.encoder import Encoder, Vectors

__all__ = ["embed", "load_vectors"]

# Chunks between two writes: a few seconds of work on an office PC, and few enough to show progress.
_BATCH = 64


def _vectors_path(folder: Path, model: str) -> Path:
    """Return the path of the vectors. The name depends on the model, so one file never holds rows of two models."""
    return folder / f"vectors-{hashlib.sha256(model.encode()).hexdigest()[:12]}.f32"


def embed(folder: Path, encoder: Encoder, progress: Callable[[int, int | None], None]) -> int:
    """Write the vectors of all texts of the document in ``folder`` and return their number.

    Rows that a crashed run wrote are kept: the vector of a text does not depend on the other texts.

    Raises:
        FileNotFoundError: the folder holds no prepared document.
    """
    document = prepared.load(folder)
    if document is None:
        raise FileNotFoundError(folder)
    path = _vectors_path(folder, str(encoder.identity))
    row_bytes = 4 * encoder.identity.dimension
    path.touch()
    with path.open("r+b") as stream:
        done = min(path.stat().st_size // row_bytes, len(document.texts))
        stream.truncate(done * row_bytes)
        stream.seek(0, 2)
        progress(done, len(document.texts))
        for start in range(done, len(document.texts), _BATCH):
            texts = document.texts[start : start + _BATCH]
            # The longest text first: otherwise the cores wait at the end of a batch for one long text.
            order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
            rows = np.empty((len(texts), encoder.identity.dimension), dtype=np.float32)
            rows[order] = encoder.encode_passages([texts[index] for index in order])
            stream.write(rows.tobytes())
            stream.flush()
            progress(start + len(texts), len(document.texts))
    return len(document.texts)


def load_vectors(folder: Path, model: str, dimension: int) -> Vectors:
    """Return the vectors that :func:`embed` wrote, float32 of shape (texts, dimension)."""
    return np.fromfile(_vectors_path(folder, model), dtype=np.float32).reshape(-1, dimension)
