"""Vectors kept by text: no text is encoded twice, and many threads beside a small cache do no harm."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kb.search.models.embedding_cache import EmbeddingCache
from kb.search.models.encoder import Identity, Vectors

pytestmark = pytest.mark.slow


class LengthEncoder:
    """A small model: the vector of a text is its length and the length of its prefix."""

    max_tokens = 512

    def __init__(self, name: str = "length") -> None:
        self.identity = Identity(name, 2, "query: ", "passage: ", "1")
        self.encoded: list[list[str]] = []
        self.last: weakref.ref[Vectors] | None = None  # the newest batch, if anybody still keeps it

    def encode_queries(self, texts: list[str]) -> Vectors:
        return self._encode(texts, self.identity.query_prefix)

    def encode_passages(self, texts: list[str]) -> Vectors:
        return self._encode(texts, self.identity.passage_prefix)

    def _encode(self, texts: list[str], prefix: str) -> Vectors:
        self.encoded.append(texts)
        batch = np.zeros((len(texts), 2), dtype=np.float32)
        batch[:] = [[len(text), len(prefix)] for text in texts]
        self.last = weakref.ref(batch)
        return batch

    def count_tokens(self, texts: list[str]) -> list[int]:
        return [len(text) for text in texts]


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Let threads take turns after a microsecond, so that a race is met within a second."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_only_what_is_missing_is_encoded_once_and_in_order() -> None:
    encoder, cache = LengthEncoder(), EmbeddingCache(10)
    assert cache.passages(encoder, ["ccc", "a", "ccc", "bb"]).tolist() == [[3, 9], [1, 9], [3, 9], [2, 9]]
    assert cache.passages(encoder, ["bb", "dddd", "a"]).tolist() == [[2, 9], [4, 9], [1, 9]]
    cache.passages(encoder, ["a", "bb"])
    assert encoder.encoded == [["ccc", "a", "bb"], ["dddd"]]


def test_a_query_and_a_passage_of_the_same_words_are_two_texts() -> None:
    encoder, cache = LengthEncoder(), EmbeddingCache(10)
    assert cache.passages(encoder, ["leave"]).tolist() == [[5, 9]]
    assert cache.queries(encoder, ["leave"]).tolist() == [[5, 7]]


def test_each_encoder_has_its_own_vectors() -> None:
    cache, other = EmbeddingCache(10), LengthEncoder("other")
    cache.passages(LengthEncoder(), ["leave"])
    cache.passages(other, ["leave"])
    assert other.encoded == [["leave"]]


def test_no_text_no_vectors() -> None:
    encoder = LengthEncoder()
    assert EmbeddingCache(10).passages(encoder, []).shape == (0, 2)
    assert encoder.encoded == []


def test_no_more_is_kept_than_the_bound_and_the_first_goes_first() -> None:
    encoder, cache = LengthEncoder(), EmbeddingCache(2)
    assert cache.passages(encoder, ["a", "bb", "ccc"]).tolist() == [[1, 9], [2, 9], [3, 9]]
    assert len(cache) == 2
    cache.passages(encoder, ["ccc", "bb"])
    cache.passages(encoder, ["a"])
    assert encoder.encoded == [["a", "bb", "ccc"], ["a"]]


def test_a_kept_vector_does_not_keep_its_batch() -> None:
    encoder, cache = LengthEncoder(), EmbeddingCache(1)
    cache.passages(encoder, ["a", "bb", "ccc"])
    gc.collect()
    assert encoder.last is not None
    assert encoder.last() is None
    assert cache.passages(encoder, ["ccc"]).tolist() == [[3, 9]]


@pytest.mark.usefixtures("eager_threads")
def test_threads_that_push_out_each_others_vectors_get_their_own() -> None:
    """What one thread has seen in the cache may be gone a moment later; that must not be an error."""
    encoder, cache = LengthEncoder(), EmbeddingCache(2)

    def ask(turn: int) -> bool:
        texts = ["x" * (1 + (turn + step) % 5) for step in range(3)]
        return bool(np.array_equal(cache.passages(encoder, texts)[:, 0], [len(text) for text in texts]))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(20_000)))
    assert len(cache) <= 2
