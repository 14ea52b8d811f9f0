"""Vectors of texts seen lately, kept in memory so that no text is embedded twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from kb.search.models.encoder import Encoder, Vectors

__all__ = ["EmbeddingCache"]

_Key = tuple[str, str]  # the encoder's identity, and the text as the encoder reads it: with its prefix


class EmbeddingCache:
    """A bounded cache of vectors by encoder and text. Safe to use from several threads.

    A text is embedded outside the lock: two threads that miss the same text at the same time both embed it. An
    encoder gives a text one vector whatever is encoded beside it, so what is returned does not depend on what was
    cached.

    Args:
        most: how many vectors are kept at most; the ones added first go first. A float32 vector of 384 dimensions
            takes 1.5 kB.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._vectors: OrderedDict[_Key, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """The number of vectors kept now."""
        return len(self._vectors)

    def passages(self, encoder: Encoder, texts: Sequence[str]) -> Vectors:
        """Return the vectors of ``texts`` as passages, shape (len(texts), dimension).

        Only texts that are not cached are encoded, each once, in the order in which they first appear.
        """
        return self._encode(encoder, encoder.identity.passage_prefix, texts, encoder.encode_passages)

    def queries(self, encoder: Encoder, texts: Sequence[str]) -> Vectors:
        """Return the vectors of ``texts`` as queries, as :meth:`passages` does for passages."""
        return self._encode(encoder, encoder.identity.query_prefix, texts, encoder.encode_queries)

    def _encode(
        self, encoder: Encoder, prefix: str, texts: Sequence[str], encode: Callable[[list[str]], Vectors]
    ) -> Vectors:
        if not texts:
            return np.zeros((0, encoder.identity.dimension), dtype=np.float32)
        model = str(encoder.identity)
        keys = {text: (model, prefix + text) for text in texts}
        with self._lock:
            known = {text: self._vectors[key] for text, key in keys.items() if key in self._vectors}
        missing = [text for text in keys if text not in known]
        if missing:
            known |= dict(zip(missing, encode(missing), strict=True))
            # A row is a view of its batch: a copy lets go of the batch when one of its vectors is kept.
            self._keep({keys[text]: known[text].copy() for text in missing})
        return np.stack([known[text] for text in texts])

    def _keep(self, vectors: dict[_Key, NDArray[np.float32]]) -> None:
        with self._lock:
            self._vectors.update(vectors)
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)
