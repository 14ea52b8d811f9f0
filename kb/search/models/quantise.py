"""Exports a sentence-transformers folder to ONNX and quantises it for the CPU (dynamic int8).

On processors without VNNI instructions the sums saturate if both factors use all 8 bits. Whether this processor does is
measured: if the quantised model does not agree with the exact one, weights use 7 bits only (``reduce_range``).
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kb.search.models.onnx_encoder import OnnxEncoder

__all__ = ["export"]

FILE = "onnx/model_int8.onnx"
# e5-small measures 0.994–0.998 where the CPU does not saturate, and below 0.98 where it does.
MIN_AGREEMENT = 0.985
_PROBES = [
    "query: 年假有幾多日",
    "passage: 僱員須於放取病假後兩個工作天內，向主管遞交由註冊醫生簽發的醫生證明書。",
    "passage: Petty cash claims above HK$500 must be approved by the centre supervisor within 14 days.",
    "passage: 3.2.1 院友跌倒後，當值護士須於 30 分鐘內檢查及記錄，並通知家屬。",
]


def export(folder: Path, progress: Callable[[str], None] = lambda step: None) -> dict[str, Any]:
    """Write ``onnx/model_int8.onnx`` into ``folder``, and return how well it agrees with the exact model.

    Args:
        folder: a sentence-transformers folder.
        progress: called with "quantise" after the export.

    Returns:
        ``{"agreement": lowest cosine with the float32 vectors, "reduce_range": bool}``.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger("root").setLevel(logging.ERROR)
    target = folder / FILE
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        exact = Path(scratch) / "model.onnx"
        _export_float(folder, exact)
        progress("quantise")
        wanted = OnnxEncoder(folder, model_file=exact).encode_raw(_PROBES)
        for reduce_range in (False, True):
            quantize_dynamic(exact, target, per_channel=True, reduce_range=reduce_range, weight_type=QuantType.QInt8)
            got = OnnxEncoder(folder, model_file=target).encode_raw(_PROBES)
            agreement = float(np.min(np.sum(wanted * got, axis=1)))
            if agreement >= MIN_AGREEMENT:
                break
    return {"agreement": round(agreement, 4), "reduce_range": reduce_range}


def _export_float(folder: Path, target: Path) -> None:
    """Trace the BERT part of ``folder`` to an ONNX file with inputs ``input_ids`` and ``attention_mask``."""
    import torch
    from transformers import BertModel, logging

    logging.set_verbosity_error()  # no warning about the pooler, which this model does not use
    model = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()

    class Tokens(torch.nn.Module):  # type: ignore[misc]
        """BERT with two inputs; the token types are always zero in this model."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            output: torch.Tensor = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            return output

    sample = torch.ones((2, 16), dtype=torch.long)
    axes = {0: "batch", 1: "sequence"}
    # The tracing exporter warns on every call that it is deprecated; the version of torch is pinned.
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Tokens(),
            (sample, sample),
            str(target),
            input_names=["input_ids", "attention_mask"],
            output_names=["last_hidden_state"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "last_hidden_state": axes},
            opset_version=17,
            dynamo=False,
        )
