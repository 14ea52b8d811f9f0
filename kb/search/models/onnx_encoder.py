"""Runs a sentence-transformers folder with onnxruntime and tokenizers, without torch.

Loaded in a second, 4 ms for a question on one core of an office PC; see ``docs/decisions/0001-embedding-runtime.md``.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.core.cpu_cores import usable_cores
from kb.core.errors import Misconfigured
from kb.search.models.encoder import Identity, Vectors

__all__ = ["OnnxEncoder", "damaged"]


def damaged(folder: Path, error: Exception) -> Misconfigured:
    """Return the error for a model folder whose files cannot be read, for example one cut short by a full disk."""
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")
    return Misconfigured("model_unavailable", model=str(folder), reason=reason)


class OnnxEncoder:
    """A sentence-transformers folder (mean pooling, normalisation), run by onnxruntime.

    Texts are encoded one at a time, not in batches: the scales of dynamic int8 depend on the whole batch, so a text's
    vector would depend on the other texts; and padding costs time. Several texts run on ``threads`` threads of one core
    each. The network is loaded when the first text is encoded; to count tokens it is not needed.

    Args:
        folder: the model folder with ``tokenizer.json``, ``config.json`` and ``config_sentence_transformers.json``.
        model_file: the ONNX file; by default ``onnx/model_int8.onnx`` of the folder.
        threads: the number of CPU threads, 0 for all cores.
    """

    def __init__(self, folder: Path, model_file: Path | None = None, threads: int = 0) -> None:
        from tokenizers import Tokenizer

        self.threads = threads or usable_cores()
        self._file = model_file or folder / "onnx" / "model_int8.onnx"
        self._session: Any = None
        self._loading = Lock()
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="embed")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        limits = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self.max_tokens = int(limits["max_seq_length"])
        prompts = json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))["prompts"]
        ready = folder / "ready.json"
        facts: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8")) if ready.is_file() else {}
        self.identity = Identity(
            name=facts.get("model", folder.name),
            dimension=int(json.loads((folder / "config.json").read_text(encoding="utf-8"))["hidden_size"]),
            query_prefix=prompts["query"],
            passage_prefix=prompts["document"],
            revision=facts.get("revision", "unknown"),
        )

    def encode_queries(self, texts: list[str]) -> Vectors:
        return self.encode_raw([self.identity.query_prefix + text for text in texts])

    def encode_passages(self, texts: list[str]) -> Vectors:
        return self.encode_raw([self.identity.passage_prefix + text for text in texts])

    def encode_raw(self, texts: list[str]) -> Vectors:
        """Encode texts without a prefix, shape (texts, dimension); texts of more than ``max_tokens`` tokens are cut."""
        if not texts:
            return np.zeros((0, self.identity.dimension), dtype=np.float32)
        if len(texts) == 1 or self.threads == 1:
            return np.stack([self._one(text) for text in texts])
        return np.stack(list(self._pool.map(self._one, texts)))

    def _network(self) -> Any:
        """Return the onnxruntime session; the first thread that needs it loads it."""
        with self._loading:
            if self._session is None:
                import onnxruntime

                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = options.inter_op_num_threads = 1
                try:
                    self._session = onnxruntime.InferenceSession(
                        str(self._file), options, providers=["CPUExecutionProvider"]
                    )
                except Exception as error:  # onnxruntime's errors have no class in common
                    raise damaged(self._file.parent.parent, error) from error
            return self._session

    def _one(self, text: str) -> NDArray[np.float32]:
        ids = self._tokenizer.encode(text).ids
        if len(ids) > self.max_tokens:
            ids = [*ids[: self.max_tokens - 1], ids[-1]]
        tokens = np.asarray([ids], dtype=np.int64)
        hidden = self._network().run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})[0]
        vector = hidden[0].mean(axis=0)
        unit: NDArray[np.float32] = (vector / max(float(np.linalg.norm(vector)), 1e-12)).astype(np.float32)
        return unit

    def count_tokens(self, texts: list[str]) -> list[int]:
        prefix = self.identity.passage_prefix
        return [len(one.ids) for one in self._tokenizer.encode_batch([prefix + text for text in texts])]
