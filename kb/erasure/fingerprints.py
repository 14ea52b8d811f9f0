"""Fingerprints: keyed hashes of short pieces of text, vectors and names, which can be searched for in bytes.

A piece has at least eight bytes. Its hash is a polynomial over the ring of 64-bit integers, ``sum(t[b_i] * m**i)``
with a secret table ``t`` and a secret odd factor ``m`` (Karp and Rabin, 1987). With prefix sums the hashes of all
positions of a file are found in a few operations per byte. The hash of a piece's first eight bytes is looked up first:
it passes over most positions, whatever the number of pieces and of their lengths.

The factor and the table come from a random key. A chance match of one fingerprint at one position has a probability of
2**-64: 10**5 fingerprints against 10**10 positions give a false match in one of 20,000 searches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["PIECE", "ContentKind", "Fingerprints", "Hasher", "Pieces", "Stream", "quantised"]

# Bytes of a piece of text: twelve Chinese or 36 Latin characters. Shorter runs are ordinary words.
PIECE = 36
# Positions hashed at once: what is computed of a block fits into a processor's cache.
_BLOCK = 1 << 17
_FILTER_BITS = 20
_VECTOR_STEPS = 1024
FIRST = 8

U64 = NDArray[np.uint64]
_NO_HASHES: U64 = np.zeros(0, dtype=np.uint64)
_FIRST_SHIFT = np.uint64(64 - _FILTER_BITS)


class ContentKind(StrEnum):
    """What a fingerprint was made of."""

    TEXT = "text"
    NAME = "name"
    TITLE = "title"
    VECTOR = "vector"
    ORIGINAL = "original"


class Stream(StrEnum):
    """What is searched: the bytes of a file, or its float32 numbers rounded to steps (:func:`quantised`)."""

    BYTES = "bytes"
    NUMBERS = "numbers"


_Group = tuple[Stream, ContentKind, int]  # the last is the length of the pieces, in bytes


@dataclass(frozen=True, slots=True)
class Pieces:
    """Hashes of pieces, and the first bits of the hashes of their first eight bytes. Shape (pieces,) each."""

    hashes: U64
    firsts: U64

    def __getitem__(self, chosen: slice) -> Pieces:
        return Pieces(self.hashes[chosen], self.firsts[chosen])

    @classmethod
    def joined(cls, parts: Sequence[Pieces]) -> Pieces:
        """Return all pieces of some parts."""
        if not parts:
            return cls(_NO_HASHES, _NO_HASHES)
        return cls(np.concatenate([one.hashes for one in parts]), np.concatenate([one.firsts for one in parts]))

    def sample(self, most: int) -> Pieces:
        """Return at most ``most`` of them, by the values of their hashes: a random choice."""
        order = np.argsort(self.hashes)[:most]
        return Pieces(self.hashes[order], self.firsts[order])


class Hasher:
    """Hashes every piece of some bytes with one key."""

    def __init__(self, key: bytes) -> None:
        seed = hashlib.blake2b(key, digest_size=32, person=b"sinzi-erase").digest()
        random = np.random.default_rng(np.frombuffer(seed, dtype=np.uint32))
        self._table: U64 = random.integers(0, 2**64, 256, dtype=np.uint64)
        factor = int(random.integers(0, 2**62)) * 4 + 1
        self._powers = _powers(factor, _BLOCK)
        self._inverses = _powers(pow(factor, -1, 2**64), _BLOCK)

    def pieces(self, data: bytes, length: int, offsets: Sequence[int]) -> Pieces:
        """Return the hashes of the pieces at ``offsets``, ascending, of ``data``."""
        hashes, firsts = [_NO_HASHES], [_NO_HASHES]
        wanted = np.asarray(offsets, dtype=np.int64)
        for start, sums in self.sums(data, length):
            inside = wanted[(wanted >= start) & (wanted < start + len(sums) - length)] - start
            hashes.append(self.at(sums, length, inside))
            firsts.append(self.at(sums, FIRST, inside))
            wanted = wanted[len(inside) :]
        return Pieces(np.concatenate(hashes), np.concatenate(firsts) >> _FIRST_SHIFT)

    def piece(self, data: bytes) -> Pieces:
        """Return the hash of one piece."""
        return self.pieces(data, len(data), [0])

    def sums(self, data: bytes, longest: int) -> Iterator[tuple[int, U64]]:
        """Yield (first position, prefix sums) of blocks, which overlap so that no piece of ``longest`` bytes is cut."""
        step = _BLOCK - longest + 1
        for start in range(0, max(1, len(data)), step):
            block = np.frombuffer(data, dtype=np.uint8)[start : start + _BLOCK]
            sums = np.zeros(len(block) + 1, dtype=np.uint64)
            np.cumsum(self._table[block] * self._powers[: len(block)], out=sums[1:])
            yield start, sums

    def at(self, sums: U64, length: int, places: NDArray[np.int64] | slice) -> U64:
        """Return the hashes of the pieces at some places of a block; a slice begins at 0."""
        if isinstance(places, slice):
            number = len(sums) - length
            return (sums[length:] - sums[:number]) * self._inverses[:number]
        return (sums[places + length] - sums[places]) * self._inverses[places]


def _powers(factor: int, number: int) -> U64:
    powers = np.full(number, factor, dtype=np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)


def quantised(data: bytes) -> bytes:
    """Return float32 numbers as int16 steps of 1/1024: a vector keeps its steps when a store rescales it a little."""
    numbers = np.frombuffer(data[: len(data) // 4 * 4], dtype="<f4")
    with np.errstate(invalid="ignore", over="ignore"):
        steps = np.nan_to_num(numbers * np.float32(_VECTOR_STEPS), nan=0.0, posinf=0.0, neginf=0.0)
        return np.clip(np.rint(steps), -32768, 32767).astype("<i2").tobytes()


@dataclass(slots=True)
class Fingerprints:
    """A set of fingerprints made with one key.

    Attributes:
        key: 16 random bytes.
        hashes: by stream, kind and length, sorted ascending.
        firsts: the first bits of the hashes of all pieces' first eight bytes; there may be more of them.
    """

    key: bytes
    hashes: dict[_Group, U64] = field(default_factory=dict)
    firsts: U64 = field(default_factory=_NO_HASHES.copy)
    _hasher: Hasher | None = None
    _filter: NDArray[np.bool_] | None = field(default=None, repr=False)

    @property
    def hasher(self) -> Hasher:
        if self._hasher is None:
            self._hasher = Hasher(self.key)
        return self._hasher

    def add(self, stream: Stream, kind: ContentKind, length: int, pieces: Pieces) -> None:
        """Add pieces of ``length`` bytes."""
        if len(pieces.hashes):
            self._add(Fingerprints(self.key, {(stream, kind, length): pieces.hashes}, pieces.firsts))

    def _add(self, other: Fingerprints) -> None:
        for group, hashes in other.hashes.items():
            known = self.hashes.get(group)
            self.hashes[group] = np.unique(hashes if known is None else np.concatenate([known, hashes]))
        self.firsts = np.unique(np.concatenate([self.firsts, other.firsts]))
        self._filter = None

    def union(self, *others: Fingerprints) -> Fingerprints:
        """Return these fingerprints and those of ``others``, which have the same key."""
        made = Fingerprints(self.key, {}, _hasher=self._hasher)
        for one in (self, *others):
            made._add(one)
        return made

    def count(self, kind: ContentKind) -> int:
        """Return the number of fingerprints of a kind."""
        return sum(len(found) for (_, one, _), found in self.hashes.items() if one is kind)

    def without(self, other: Fingerprints) -> Fingerprints:
        """Return these fingerprints without those of ``other``, which has the same key."""
        left: dict[_Group, U64] = {}
        for group, found in self.hashes.items():
            removed = other.hashes.get(group)
            left[group] = found if removed is None else found[~np.isin(found, removed)]
        return self._with({group: found for group, found in left.items() if len(found)})

    def of_kinds(self, *kinds: ContentKind) -> Fingerprints:
        """Return the fingerprints of some kinds."""
        return self._with({group: found for group, found in self.hashes.items() if group[1] in kinds})

    def _with(self, hashes: dict[_Group, U64]) -> Fingerprints:
        return Fingerprints(self.key, hashes, self.firsts, self._hasher, self._filter)

    def find(self, data: bytes, stream: Stream = Stream.BYTES) -> Fingerprints:
        """Return those of the fingerprints that ``data`` has."""
        return self.find_at(data, stream)[0]

    def find_at(self, data: bytes, stream: Stream = Stream.BYTES) -> tuple[Fingerprints, list[int]]:
        """Return those of the fingerprints that ``data`` has, and the positions of their pieces."""
        groups = {group: hashes for group, hashes in self.hashes.items() if group[0] is stream}
        found: dict[_Group, U64] = {}
        places: list[int] = []
        if groups:
            longest = max(length for _, _, length in groups)
            for start, sums in self.hasher.sums(data, longest):
                self._find_in_block(sums, groups, found, places, start)
        return self._with(found), places

    def _find_in_block(
        self, sums: U64, groups: dict[_Group, U64], found: dict[_Group, U64], places: list[int], start: int
    ) -> None:
        if len(sums) <= FIRST:
            return
        firsts = self.hasher.at(sums, FIRST, slice(None)) >> _FIRST_SHIFT
        likely = np.flatnonzero(self._first_filter()[firsts.view(np.int64)])
        for length in {length for _, _, length in groups}:
            here = likely[likely < len(sums) - length]
            hashes = self.hasher.at(sums, length, here) if len(here) else _NO_HASHES
            for group in groups if len(here) else ():
                if group[2] != length:
                    continue
                hit = np.isin(hashes, groups[group])
                if hit.any():
                    found[group] = np.union1d(found.get(group, _NO_HASHES), hashes[hit])
                    places += (here[hit] + start).tolist()

    def _first_filter(self) -> NDArray[np.bool_]:
        if self._filter is None:
            self._filter = np.zeros(1 << _FILTER_BITS, dtype=np.bool_)
            self._filter[self.firsts.view(np.int64)] = True
        return self._filter

    def to_bytes(self) -> bytes:
        """Return the fingerprints for a database or a pipe; :meth:`from_bytes` reads them."""
        parts = [("firsts", self.firsts), *((",".join(map(str, group)), found) for group, found in self.hashes.items())]
        head = ";".join(f"{name}={len(found)}" for name, found in parts).encode()
        return self.key + len(head).to_bytes(4, "little") + head + b"".join(found.tobytes() for _, found in parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Fingerprints:
        """Return what :meth:`to_bytes` wrote."""
        made, end = cls(data[:16]), 20 + int.from_bytes(data[16:20], "little")
        for entry in data[20:end].decode().split(";"):
            name, number = entry.split("=")
            found = np.frombuffer(data[end : end + 8 * int(number)], dtype=np.uint64)
            end += 8 * int(number)
            if name == "firsts":
                made.firsts = found
            else:
                stream, kind, length = name.split(",")
                made.hashes[Stream(stream), ContentKind(kind), int(length)] = found
        return made
