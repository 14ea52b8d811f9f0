"""Text → vectors. Two real back ends behind one small interface.

* :class:`OnnxEncoder` runs a sentence-transformers folder that holds an ONNX file (the bundled model):
  ready in half a second, 4 ms a question on one office PC core, no torch in memory.
* :class:`SentenceTransformerEncoder` runs any other sentence-transformers folder or name.

Vectors are float32, L2-normalised, shape (n, dimension); cosine similarity is their dot product.
"""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kb.errors import Misconfigured
from kb.settings import Settings

__all__ = ["Encoder", "Identity", "OnnxEncoder", "SentenceTransformerEncoder", "Vectors", "identity", "load"]

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
    """A loaded embedding model."""

    identity: Identity
    max_tokens: int

    def encode_queries(self, texts: list[str]) -> Vectors: ...

    def encode_passages(self, texts: list[str]) -> Vectors: ...

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Return each text's length in the model's own tokens, special tokens and prefix included."""
        ...


class OnnxEncoder:
    """A sentence-transformers folder (mean pooling, normalisation) run by onnxruntime.

    One text at a time: dynamic int8 scales depend on what shares a batch, so a text's vector would depend
    on its neighbours; and padding wastes work. Long lists run on ``threads`` threads of one core each.

    Args:
        folder: the model folder with ``tokenizer.json`` and ``config_sentence_transformers.json``.
        model_file: the ONNX file; by default ``onnx/model_int8.onnx`` of the folder.
        threads: CPU threads, 0 = all cores.
    """

    def __init__(self, folder: Path, model_file: Path | None = None, threads: int = 0) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        from kb.search.cores import usable_cores

        self.threads = threads or usable_cores()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        path = model_file or folder / "onnx" / "model_int8.onnx"
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        limits = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self.max_tokens = int(limits["max_seq_length"])
        prompts = json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))["prompts"]
        ready = folder / "ready.json"
        facts: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8")) if ready.is_file() else {}
        self.identity = Identity(
            name=facts.get("model", folder.name),
            dimension=int(self._session.get_outputs()[0].shape[2]),
            query_prefix=prompts["query"],
            passage_prefix=prompts["document"],
            revision=facts.get("revision", "unknown"),
        )

    def encode_queries(self, texts: list[str]) -> Vectors:
        return self.encode_raw([self.identity.query_prefix + text for text in texts])

    def encode_passages(self, texts: list[str]) -> Vectors:
        return self.encode_raw([self.identity.passage_prefix + text for text in texts])

    def encode_raw(self, texts: list[str]) -> Vectors:
        """Encode texts as they are, without a prefix; texts beyond the window are cut at it."""
        if not texts:
            return np.zeros((0, self.identity.dimension), dtype=np.float32)
        if len(texts) == 1 or self.threads == 1:
            return np.stack([self._one(text) for text in texts])
        with ThreadPoolExecutor(self.threads) as pool:
            return np.stack(list(pool.map(self._one, texts)))

    def _one(self, text: str) -> NDArray[np.float32]:
        ids = self._tokenizer.encode(text).ids
        if len(ids) > self.max_tokens:
            ids = [*ids[: self.max_tokens - 1], ids[-1]]
        tokens = np.asarray([ids], dtype=np.int64)
        hidden = self._session.run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})[0]
        vector = hidden[0].mean(axis=0)
        unit: NDArray[np.float32] = (vector / max(float(np.linalg.norm(vector)), 1e-12)).astype(np.float32)
        return unit

    def count_tokens(self, texts: list[str]) -> list[int]:
        prefix = self.identity.passage_prefix
        return [len(one.ids) for one in self._tokenizer.encode_batch([prefix + text for text in texts])]


class SentenceTransformerEncoder:
    """Any sentence-transformers model; prompts named "query" and "document"/"passage" are used if it has them."""

    def __init__(self, name: str, threads: int = 0) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        if threads:
            torch.set_num_threads(threads)
        local = Path(name).expanduser()
        self._model = SentenceTransformer(str(local) if local.exists() else name, device="cpu")
        prompts = self._model.prompts or {}
        passage = prompts.get("document") or prompts.get("passage") or ""
        self.max_tokens = int(self._model.max_seq_length or 512)
        self.identity = Identity(
            name=local.name if local.exists() else name,
            dimension=int(self._model.get_embedding_dimension() or 0),
            query_prefix=prompts.get("query") or "",
            passage_prefix=passage,
            revision=_revision(self._model),
        )

    def encode_queries(self, texts: list[str]) -> Vectors:
        return self._encode([self.identity.query_prefix + text for text in texts])

    def encode_passages(self, texts: list[str]) -> Vectors:
        return self._encode([self.identity.passage_prefix + text for text in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.identity.dimension), dtype=np.float32)
        vectors = self._model.encode(
            texts, prompt="", normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def count_tokens(self, texts: list[str]) -> list[int]:
        prefix = self.identity.passage_prefix
        encoded = self._model.tokenizer([prefix + text for text in texts], add_special_tokens=True)
        return [len(ids) for ids in encoded["input_ids"]]


def _revision(model: Any) -> str:
    """A short digest of the model's weights' shapes and sums: two folders of one model agree."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name}{tuple(tensor.shape)}{float(tensor.double().sum()):.6g}".encode())
    return digest.hexdigest()[:12]


@lru_cache(maxsize=2)
def _load(model: str, cache: Path, threads: int) -> Encoder:
    if model == "bundled":
        from kb.search import bundled

        return OnnxEncoder(bundled.ensure(cache), threads=threads)
    try:
        return SentenceTransformerEncoder(model, threads)
    except (OSError, ValueError, KeyError) as error:
        raise Misconfigured("model_unavailable", model=model, reason=str(error).splitlines()[0]) from error


def load(settings: Settings) -> Encoder:
    """Return the configured model, loaded once per process.

    Raises:
        Misconfigured: ``model_unavailable``.
    """
    return _load(settings.embedding_model, settings.cache, settings.embedding_threads)


def identity(settings: Settings) -> str:
    """Return the configured model's identity as stored with collections."""
    return str(load(settings).identity)
