"""Fingerprints are found wherever their piece stands, and nowhere else."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from kb.erasure.fingerprints import PIECE, ContentKind, Fingerprints, Pieces, Stream, quantised

KEY = b"0123456789abcdef"
TEXT, NAME = ContentKind.TEXT, ContentKind.NAME


def made(*pieces: bytes, kind: ContentKind = TEXT) -> Fingerprints:
    found = Fingerprints(KEY)
    for one in pieces:
        found.add(Stream.BYTES, kind, len(one), found.hasher.piece(one))
    return found


@pytest.mark.parametrize("place", [0, 1, 4095, (1 << 17) - 40, (1 << 17) - PIECE, (1 << 17) - 1, 1 << 17, 300_000])
def test_a_piece_is_found_at_every_position_also_across_blocks(place: int) -> None:
    piece = "琥珀計劃的撥款為六十二萬元".encode()[:PIECE]
    noise = random.Random(place).randbytes(300_040)
    data = noise[:place] + piece + noise[place:]
    found, places = made(piece).find_at(data)
    assert places == [place]
    assert found.count(TEXT) == 1
    assert made(piece).find(noise).count(TEXT) == 0
    assert made(piece).find(data[: place + len(piece) - 1]).count(TEXT) == 0


def test_every_piece_of_every_length_is_found_and_no_other() -> None:
    lengths = (8, 12, 18, 24, 36, 72)
    pieces = [random.Random(100 * n + length).randbytes(length) for n in range(200) for length in lengths]
    wanted, others = made(*pieces[::2]), made(*pieces[1::2])
    data = b"".join(pieces[::2])
    assert wanted.find(data).count(TEXT) == 600
    assert others.find(data).count(TEXT) == 0


def test_sets_are_joined_and_parted() -> None:
    both, one = made(b"abcdefgh", b"ijklmnop"), made(b"abcdefgh")
    assert both.without(one).find(b"abcdefgh ijklmnop").count(TEXT) == 1
    assert both.without(one).find(b"abcdefgh").count(TEXT) == 0
    joined = one.union(made(b"file.txt", kind=NAME))
    assert (joined.count(TEXT), joined.count(NAME)) == (1, 1)
    assert joined.of_kinds(NAME).find(b"abcdefgh file.txt").count(TEXT) == 0


def test_they_come_back_from_bytes_as_they_were() -> None:
    before = made(b"abcdefgh", "琥珀計劃的撥款".encode()).union(made(b"file.txt", kind=NAME))
    after = Fingerprints.from_bytes(before.to_bytes())
    assert after.find("琥珀計劃的撥款 file.txt".encode()).count(TEXT) == 1
    assert after.to_bytes() == before.to_bytes()
    assert Fingerprints.from_bytes(Fingerprints(KEY).to_bytes()).hashes == {}


def test_another_key_gives_other_hashes() -> None:
    assert made(b"abcdefgh").hashes.keys() == Fingerprints(KEY).union(made(b"abcdefgh")).hashes.keys()
    other = Fingerprints(b"another key.....")
    assert int(other.hasher.piece(b"abcdefgh").hashes[0]) != int(made(b"abcdefgh").hasher.piece(b"abcdefgh").hashes[0])


def test_a_vector_is_recognised_after_a_store_rescaled_it() -> None:
    random_numbers = np.random.default_rng(0)
    vector = random_numbers.normal(size=384).astype(np.float32)
    vector /= np.linalg.norm(vector)
    kept = vector.astype(np.float16).astype(np.float32)
    rescaled = kept / np.float32(np.linalg.norm(kept))
    assert not np.array_equal(kept, rescaled)
    steps = quantised(kept.tobytes())
    found = Fingerprints(KEY)
    pieces = [found.hasher.piece(steps[at : at + 24]) for at in (0, 24, 48, 72)]
    found.add(Stream.NUMBERS, ContentKind.VECTOR, 24, Pieces.joined(pieces))
    beside = random_numbers.normal(size=384).astype(np.float32) / 20
    data = quantised(beside.tobytes() + rescaled.tobytes())
    assert found.find(data, Stream.NUMBERS).count(ContentKind.VECTOR) >= 2
    assert found.find(quantised(beside.tobytes()), Stream.NUMBERS).count(ContentKind.VECTOR) == 0


def test_a_sample_is_a_part_of_the_pieces() -> None:
    found = Fingerprints(KEY)
    all_pieces = Pieces.joined([found.hasher.piece(json.dumps(n).rjust(8).encode()) for n in range(50)])
    chosen = all_pieces.sample(10)
    assert len(chosen.hashes) == 10
    assert set(chosen.hashes.tolist()) <= set(all_pieces.hashes.tolist())
