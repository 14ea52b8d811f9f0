"""The interface of an embedding model, its identity, the type of its vectors and their form in the database.

Vectors are float32, L2-normalised, shape (n, dimension); cosine similarity is their dot product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Encoder", "Identity", "Vectors", "decode_vector", "encode_vector"]

Vectors = NDArray[np.float32]


def encode_vector(vector: Vectors) -> bytes:
    """Return a vector, shape (dimension,), as the database stores it: float16."""
    return np.asarray(vector, dtype=np.float16).tobytes()


def decode_vector(blob: bytes) -> Vectors:
    """Return a stored vector, or several joined in one blob, as float32. Shape (values,)."""
    return np.frombuffer(blob, dtype=np.float16).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity of a model, stored with each collection: only vectors of the same identity can be compared."""

    name: str
    dimension: int
    query_prefix: str
    passage_prefix: str
    revision: str

    def __str__(self) -> str:
        return f"{self.name}@{self.revision}/{self.dimension}"


class Encoder(Protocol):
    """A loaded embedding model.

    The vector of a text depends on the text alone, to the last bit: not on what is encoded in the same call.
    """

    identity: Identity
    max_tokens: int

    def encode_queries(self, texts: list[str]) -> Vectors:
        """Return the vectors of questions, shape (texts, dimension)."""
        ...

    def encode_passages(self, texts: list[str]) -> Vectors:
        """Return the vectors of texts of documents, shape (texts, dimension)."""
        ...

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Return the number of the model's tokens in each text; special tokens and the passage prefix included."""
        ...
