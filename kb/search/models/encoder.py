"""What an embedding model is to the rest of the house: an interface, an identity, vectors.

Vectors are float32, L2-normalised, shape (n, dimension); cosine similarity is their dot product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Encoder", "Identity", "Vectors"]

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Identity:
    """What must agree for two vectors to be comparable; stored with each collection."""

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

    def encode_queries(self, texts: list[str]) -> Vectors: ...

    def encode_passages(self, texts: list[str]) -> Vectors: ...

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Return each text's length in the model's own tokens, special tokens and prefix included."""
        ...
