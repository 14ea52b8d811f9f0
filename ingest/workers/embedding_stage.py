"""Prepared document → vectors, in a worker process. What is made is kept: a killed run goes on where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ingest import prepared
from kb.search.models.encoder import Encoder, Vectors

__all__ = ["embed", "load_vectors"]

# Chunks between two checkpoints: a few seconds of work on an office PC, and few enough to show progress.
BATCH = 64


def _path(folder: Path, model: str) -> Path:
    """The file is named after the model, so that rows of two models never stand in one file."""
    return folder / f"vectors-{hashlib.sha256(model.encode()).hexdigest()[:12]}.f32"


def embed(folder: Path, encoder: Encoder, progress: Callable[[int, int | None], None]) -> int:
    """Write the vectors of all chunks of the document in ``folder``; return their number.

    A text's vector does not depend on its neighbours, so rows made before a crash are as good as new ones.
    """
    document = prepared.load(folder)
    if document is None:
        raise FileNotFoundError(folder)
    path = _path(folder, str(encoder.identity))
    width = 4 * encoder.identity.dimension
    path.touch()
    with path.open("r+b") as stream:
        done = min(path.stat().st_size // width, len(document.texts))
        stream.truncate(done * width)
        stream.seek(0, 2)
        progress(done, len(document.texts))
        for start in range(done, len(document.texts), BATCH):
            texts = document.texts[start : start + BATCH]
            # The longest first: no core waits at the end of a batch for one long text.
            order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
            rows = np.empty((len(texts), encoder.identity.dimension), dtype=np.float32)
            rows[order] = encoder.encode_passages([texts[index] for index in order])
            stream.write(rows.tobytes())
            stream.flush()
            progress(start + len(texts), len(document.texts))
    return len(document.texts)


def load_vectors(folder: Path, model: str, dimension: int) -> Vectors:
    """Return the vectors :func:`embed` wrote, float32 of shape (chunks, dimension)."""
    return np.fromfile(_path(folder, model), dtype=np.float32).reshape(-1, dimension)
