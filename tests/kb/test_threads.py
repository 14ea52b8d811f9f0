"""Objects that threads share give each thread what one thread alone would get (``docs/decisions/0018-threads.md``)."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kb.core.settings import Settings
from kb.language import cantonese, dictionary, script, words
from kb.search.models import bundled_model, embedding
from kb.search.models.embedding import SentenceTransformerEncoder
from kb.search.models.encoder import Encoder
from kb.search.models.onnx_encoder import OnnxEncoder

THREADS = 8


@pytest.fixture(autouse=True)
def quick_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def _texts(count: int) -> list[str]:
    """Return texts of both languages and scripts; no two are alike."""
    chance = random.Random(7)
    chinese = "病假須附醫生證明书職員应於两日內遞交表格唔使影印嘅時候點樣申請后勤体检台湾里程发髮"
    english = ("handling", "quotations", "organisational", "transferred", "policies", "observing", "laptops")
    return [
        f"{number}. {''.join(chance.choices(chinese, k=40))} {' '.join(chance.choices(english, k=20))} {number}ing"
        for number in range(count)
    ]


def _same_in_threads(call: Callable[[str], Any], texts: list[str], forget: Callable[[], None] = lambda: None) -> None:
    """Compare what one thread gets with what many get that begin together, each with another text."""
    forget()
    alone = [call(text) for text in texts]
    forget()
    start = threading.Barrier(THREADS)

    def run(first: int) -> dict[int, Any]:
        start.wait(timeout=60)
        return {at % len(texts): call(texts[at % len(texts)]) for at in range(first * 5, first * 5 + len(texts))}

    with ThreadPoolExecutor(THREADS) as pool:
        for found in pool.map(run, range(THREADS)):
            assert [found[at] for at in range(len(texts))] == alone


def test_words() -> None:
    _same_in_threads(words.index_words, _texts(60), words._stem.cache_clear)


@pytest.mark.parametrize("function", [script.to_traditional, script.to_simplified, cantonese.to_written])
def test_conversions(function: Any) -> None:
    def forget() -> None:
        for one in (script.to_traditional, script.to_simplified, cantonese.to_written, script._converter):
            one.cache_clear()

    _same_in_threads(function, _texts(60), forget)


def test_the_dictionary(settings: Settings) -> None:
    shared = dictionary.load(settings.cache)
    _same_in_threads(lambda text: (shared.to_english(text), shared.to_chinese(text)), _texts(40))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["onnx", "sentence-transformers"])
def test_an_encoder_encodes_and_counts_at_the_same_time(kind: str, model_settings: Settings) -> None:
    """Long texts are cut where they are encoded, and not where they are counted."""
    folder = bundled_model.ensure(model_settings.cache)
    encoder: Encoder = OnnxEncoder(folder) if kind == "onnx" else SentenceTransformerEncoder(str(folder))
    texts = [*_texts(6), "很長的文件。" * 400]

    def call(text: str) -> tuple[bytes, list[int]]:
        return encoder.encode_passages([text]).tobytes(), encoder.count_tokens([text, text[:50]])

    _same_in_threads(call, texts)
    assert encoder.count_tokens([texts[-1]])[0] > encoder.max_tokens


@pytest.mark.slow
def test_a_model_is_loaded_once(model_settings: Settings) -> None:
    embedding._load.cache_clear()
    with ThreadPoolExecutor(THREADS) as pool:
        loaded = list(pool.map(lambda _: embedding.load(model_settings), range(THREADS)))
    assert len({id(one) for one in loaded}) == 1


def test_a_limit_holds_for_all_threads_together() -> None:
    limit, window = RateLimitItemPerMinute(100), MovingWindowRateLimiter(MemoryStorage())
    with ThreadPoolExecutor(THREADS) as pool:
        allowed = list(pool.map(lambda _: window.hit(limit, "somebody"), range(400)))
    assert sum(allowed) == 100
