"""Texts → vectors: the configured embedding model, loaded once per process.

* The bundled model is run by :class:`kb.search.models.onnx_encoder.OnnxEncoder`.
* Any other sentence-transformers folder or name is run by :class:`SentenceTransformerEncoder`.
"""

from __future__ import annotations

import copy
import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.core.cpu_cores import usable_cores
from kb.core.errors import Misconfigured
from kb.core.settings import Settings
from kb.search.models import bundled_model
from kb.search.models.encoder import Encoder, Identity, Vectors
from kb.search.models.onnx_encoder import OnnxEncoder, damaged

__all__ = ["identity", "load"]

# Two threads that ask first would each load a model: a cache calls its function again while the first call runs.
_LOADING = threading.Lock()


class SentenceTransformerEncoder:
    """Any sentence-transformers model. Its prompts "query" and "document" (or "passage") are used, if it has them.

    It encodes one text at a time, as :class:`kb.search.models.onnx_encoder.OnnxEncoder` does: in a batch, the last bits
    of a text's vector depend on the other texts. Several texts run on ``threads`` threads of one core each; a text on
    several cores took longer than on one.

    Args:
        name: a folder, or the name of a model in the Hugging Face cache: nothing is downloaded.
        threads: CPU threads, 0 = all cores. It sets the number of threads that torch uses in this process to 1.
    """

    def __init__(self, name: str, threads: int = 0) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        self.threads = threads or usable_cores()
        torch.set_num_threads(1)
        local = Path(name).expanduser()
        self._model = SentenceTransformer(str(local) if local.exists() else name, device="cpu")
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="embed")
        # A tokenizer keeps in itself whether it cuts and pads, and transformers changes that with the call. Two threads
        # would change it under each other ("Already borrowed", or a text that is cut while it is counted). So one
        # tokenizer encodes and one counts, and after its first call, made here, neither changes any more.
        self._counter = copy.deepcopy(self._model.tokenizer)
        self._one("")
        self._count([""])
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
        return np.stack(list(self._pool.map(self._one, texts)))

    def _one(self, text: str) -> NDArray[np.float32]:
        vectors = self._model.encode([text], prompt="", normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors[0], dtype=np.float32)

    def count_tokens(self, texts: list[str]) -> list[int]:
        return self._count([self.identity.passage_prefix + text for text in texts])

    def _count(self, texts: list[str]) -> list[int]:
        encoded = self._counter(texts, add_special_tokens=True)
        return [len(ids) for ids in encoded["input_ids"]]


def _revision(model: Any) -> str:
    """Return a short digest of the weights' shapes and sums, which is the same for two folders with the same model."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name}{tuple(tensor.shape)}{float(tensor.double().sum()):.6g}".encode())
    return digest.hexdigest()[:12]


@lru_cache(maxsize=2)
def _load(model: str, cache: Path, threads: int) -> Encoder:
    if model == "bundled":
        folder = bundled_model.ensure(cache)
        try:
            return OnnxEncoder(folder, threads=threads)
        except Exception as error:  # the tokenizer's errors are plain Exceptions
            raise damaged(folder, error) from error
    try:
        return SentenceTransformerEncoder(model, threads)
    except (OSError, ValueError, KeyError) as error:
        raise Misconfigured("model_unavailable", model=model, reason=str(error).splitlines()[0]) from error


def load(settings: Settings) -> Encoder:
    """Return the configured model, loaded once per process.

    Raises:
        Misconfigured: ``model_unavailable``.
    """
    with _LOADING:
        return _load(settings.embedding_model, settings.cache, settings.embedding_threads)


def identity(settings: Settings) -> str:
    """Return the configured model's identity, as stored with each collection.

    Raises:
        Misconfigured: ``model_unavailable``.
    """
    return str(load(settings).identity)
