"""What the card model reads of a message: its vectors, and the groups of characters in it.

Groups of characters (1 to 4 Chinese characters; 2 to 5 letters within a word, and whole words) find slang, phone
spelling and romanised Cantonese that the vectors know little of. A group is counted in one of ``BUCKETS`` numbers by a
hash, so that no list of them is kept.
"""

from __future__ import annotations

import re
import zlib

import numpy as np
from numpy.typing import NDArray

from kb.language.cantonese import to_written
from kb.language.detect import detect
from kb.language.script import fold, is_han

__all__ = ["BUCKETS", "embedded_texts", "groups", "vector_features"]

BUCKETS = 2**14
_LONGEST_HAN = 4
_LETTERS = range(2, 6)
# A message of 2,000 characters has no more groups than one of this length: what is behind is not read as groups.
_MOST_CHARACTERS = 600
_RUN = re.compile(r"[a-z0-9']+|[^\W_a-z0-9]+")


def embedded_texts(message: str) -> tuple[str, str]:
    """Return the two texts whose vectors are read: the message as typed, and in written Chinese if it is Chinese."""
    return message, to_written(message) if detect(message).is_chinese else message


def vector_features(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the vectors of both texts as one row, shape (2 × dimension,).

    Args:
        vectors: of :func:`embedded_texts`, shape (2, dimension).
    """
    return np.asarray(vectors, dtype=np.float32).reshape(-1)


def groups(message: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the numbers of the groups of characters in a message, and their weights of Euclidean length 1."""
    found: dict[int, int] = {}
    for run in _RUN.findall(fold(message[:_MOST_CHARACTERS])):
        for group in _groups_of_run(run):
            bucket = zlib.crc32(group.encode()) % BUCKETS
            found[bucket] = found.get(bucket, 0) + 1
    counts = np.fromiter(found.values(), dtype=np.float32, count=len(found))
    weights = 1.0 + np.log(counts)
    length = max(float(np.linalg.norm(weights)), 1e-9)
    return np.fromiter(found.keys(), dtype=np.int64, count=len(found)), (weights / length).astype(np.float32)


def _groups_of_run(run: str) -> list[str]:
    """Return the groups of a run of letters or of Chinese characters; the ends of a word count as a character."""
    if is_han(run[0]):
        lengths = range(1, _LONGEST_HAN + 1)
        return [run[at : at + size] for size in lengths for at in range(len(run) - size + 1)]
    word = f" {run} "
    parts = [word[at : at + size] for size in _LETTERS for at in range(len(word) - size + 1)]
    return [*parts, word]
