"""Stores embeddings by text on disk, so that a change of the chunking does not embed a test collection again.

:class:`kb.search.models.embedding_cache.EmbeddingCache` is different: it holds the most recent texts in the memory of
one process. This cache holds all vectors of a test collection across runs, in one file that several processes may
share. Vectors that were computed before an interruption are not lost.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from kb.search.models.encoder import Encoder, Vectors

__all__ = ["encode"]

_BATCH = 64


def encode(path: Path, encoder: Encoder, texts: list[str], progress: Callable[[int, int], None]) -> Vectors:
    """Return the vectors of passages, shape (len(texts), dimension), dtype float32; compute only the missing ones.

    Args:
        path: the SQLite file of the cache; it is created if missing. One file may serve several models.
        progress: called with ``(embedded, total)``; texts found in the cache do not count.
    """
    model = str(encoder.identity)
    keys = [hashlib.sha256(f"{model}\n{text}".encode()).digest() for text in texts]
    with closing(sqlite3.connect(path, timeout=60)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        known = {key: database.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone() for key in keys}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if known[key] is None}
        order = list(missing)
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors = encoder.encode_passages([missing[key] for key in batch])
            rows = [(key, vector.tobytes()) for key, vector in zip(batch, vectors, strict=True)]
            database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            database.commit()
            known.update((key, (blob,)) for key, blob in rows)
            progress(start + len(batch), len(order))
    if not texts:
        return np.zeros((0, encoder.identity.dimension), dtype=np.float32)
    return np.stack([np.frombuffer(known[key][0], dtype=np.float32) for key in keys])
