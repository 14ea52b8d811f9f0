"""Is an embedded Chroma store sound? Looked at before this process opens it.

Chroma reads an index file as it lies there: with a cut or overwritten one it ends the process, or answers wrongly
without a word. So the database and the sizes of the files are looked at first. Where an index lies on the disk, which
Chroma writes from 1,000 records on, a process of its own then opens the store and asks for vectors that it stores.

``python -m kb.search.dense.store_check FOLDER`` writes what is wrong on standard output, or nothing.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import struct
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

__all__ = ["examine", "finds_itself", "spread", "state_of"]

CANARIES = 64
# An approximate index may miss one; a damaged one misses many.
_MAX_MISSED = 2
_SAME = 0.999
_TIMEOUT_SECONDS = 120
_HEADER = struct.Struct("<i6Qii3QdQ")  # of hnswlib, after a version number
_FILES = ("header.bin", "data_level0.bin", "length.bin", "link_lists.bin")
_METADATA = "index_metadata.pickle"
# Sizes in bytes: of a vector's length, and in the graph of a number of links, a link, a label.
_LENGTH_SIZE, _COUNT_SIZE, _LINK_SIZE, _LABEL_SIZE = 4, 4, 4, 8
_UINT32 = struct.Struct("<I")
_MAX_LEVELS = 64
_AT_ONCE = 20_000
_MEMORY_BYTES = 2 * 2**30  # of the process that opens the store, and _MEMORY_TIMES the size of its files
_MEMORY_TIMES = 6


def examine(folder: Path, *, known: bool = False) -> str:
    """Return what is wrong with the store in ``folder``, in a few words; "" if it is sound.

    Call it only while this process does not have the store open, and no other process writes it.

    Args:
        known: whether nobody has written the files since this process used them; then their sizes are looked at.
    """
    try:
        problem, has_index = _look_at_files(folder, known)
    except (OSError, sqlite3.Error) as error:
        return str(error) or type(error).__name__
    if problem or known or not has_index:
        return problem
    command = [sys.executable, "-m", "kb.search.dense.store_check", str(folder)]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        return f"no answer in {_TIMEOUT_SECONDS} seconds"
    if done.returncode < 0:
        return f"the index ends the process that opens it ({signal.Signals(-done.returncode).name})"
    said = done.stdout.strip()
    if done.returncode and not said:
        said = (done.stderr.strip().splitlines() or ["the index cannot be opened"])[-1][:200]
    return said


def state_of(folder: Path) -> frozenset[tuple[str, int, int, int]]:
    """Return a value that changes when somebody writes a file of the store."""
    found = []
    with contextlib.suppress(OSError):
        for path in folder.rglob("*"):
            facts = path.stat()
            if path.is_file():
                found.append((path.relative_to(folder).as_posix(), facts.st_ino, facts.st_size, facts.st_mtime_ns))
    return frozenset(found)


def _look_at_files(folder: Path, known: bool) -> tuple[str, bool]:
    """Return what is wrong with the files, and whether there is an index that Chroma will read."""
    database = folder / "chroma.sqlite3"
    indexes = [one for one in folder.iterdir() if _is_index(one)]
    if not database.exists() or not database.stat().st_size:
        return ("chroma.sqlite3 is missing" if indexes else ""), False
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        state = "ok" if known else str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if state != "ok":
            return f"chroma.sqlite3: {state.splitlines()[0]}", False
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'segments'").fetchone():
            return ("chroma.sqlite3 is empty" if indexes else ""), False
        query = """
            SELECT segments.id, max_seq_id.seq_id IS NOT NULL
            FROM segments LEFT JOIN max_seq_id ON max_seq_id.segment_id = segments.id
            WHERE scope = 'VECTOR'
        """
        segments = connection.execute(query).fetchall()
    has_index = False
    for name, written in segments:
        index = folder / str(name)
        if written or index.is_dir():
            problem, elements = _look_at_index(index, bool(written))
            if problem:
                return problem, True
            has_index = has_index or elements > 0
    return "", has_index


def _is_index(path: Path) -> bool:
    try:
        UUID(path.name)
    except ValueError:
        return False
    return True


def _look_at_index(index: Path, written: bool) -> tuple[str, int]:
    """Compare the files of an index with its header; return what is wrong, and how many vectors the index has.

    Args:
        written: whether the database says that Chroma has written vectors into it.
    """
    for name in _FILES + ((_METADATA,) if written else ()):
        if not (index / name).is_file():
            return f"{name} is missing", 0
    header = (index / "header.bin").read_bytes()
    if len(header) != _HEADER.size:
        return "header.bin is damaged", 0
    graph = _Graph(*_HEADER.unpack(header))
    damaged = _damaged_file(graph, index)
    return (f"{damaged} is damaged", 0) if damaged else ("", graph.elements)


def _damaged_file(graph: _Graph, index: Path) -> str:
    """Return the name of the file that does not go with the header, or ""."""
    if not graph.is_plausible:
        return "header.bin"
    for name, size in (("data_level0.bin", graph.element_size), ("length.bin", _LENGTH_SIZE)):
        if (index / name).stat().st_size not in (graph.elements * size, graph.capacity * size):
            return name
    if not _links_are_valid(graph, index / "data_level0.bin"):
        return "data_level0.bin"
    if not _upper_links_are_valid(graph, (index / "link_lists.bin").read_bytes()):
        return "link_lists.bin"
    return ""


class _Graph(NamedTuple):
    """The header of an index of hnswlib (``saveIndex`` in its ``hnswalg.h``), after Chroma's version number.

    An element of ``data_level0.bin`` is a number of links, the links (places of other elements), the vector, and a
    label. In ``link_lists.bin`` each element has a size in bytes, and as many lists as it has levels above the first.
    """

    format: int
    offset: int
    capacity: int
    elements: int
    element_size: int
    label_offset: int
    data_offset: int
    max_level: int
    entry: int
    upper_links: int
    links: int
    m: int
    multiplier: float
    ef_construction: int

    @property
    def is_plausible(self) -> bool:
        return (
            self.offset == 0
            and self.elements <= self.capacity < 2**31
            and 0 < self.links == 2 * self.upper_links
            and self.data_offset == _COUNT_SIZE + self.links * _LINK_SIZE
            and self.data_offset < self.label_offset == self.element_size - _LABEL_SIZE
            and -1 <= self.entry < max(self.elements, 1)
            and -1 <= self.max_level < _MAX_LEVELS
        )


def _links_are_valid(graph: _Graph, path: Path) -> bool:
    """Return whether all links of the first level lead to elements; others end the process."""
    if not graph.elements:
        return True
    rows = np.memmap(path, dtype=np.uint8, mode="r", shape=(graph.elements, graph.element_size))
    for start in range(0, graph.elements, _AT_ONCE):
        part = np.ascontiguousarray(rows[start : start + _AT_ONCE, : graph.data_offset])
        if not _are_lists(part.view(np.uint32), graph.links, graph.elements):
            return False
    return True


def _upper_links_are_valid(graph: _Graph, held: bytes) -> bool:
    list_size = _COUNT_SIZE + graph.upper_links * _LINK_SIZE
    place = 0
    lists = []
    for _ in range(graph.elements):
        if place + _COUNT_SIZE > len(held):
            return False
        (size,) = _UINT32.unpack_from(held, place)
        place += _COUNT_SIZE
        if size % list_size or size > _MAX_LEVELS * list_size or place + size > len(held):
            return False
        if size:
            lists.append(held[place : place + size])
        place += size
    found = np.frombuffer(b"".join(lists), dtype=np.uint32).reshape(-1, list_size // _LINK_SIZE)
    return place == len(held) and _are_lists(found, graph.upper_links, graph.elements)


def _are_lists(rows: NDArray[np.uint32], most: int, elements: int) -> bool:
    """Return whether each row is a number of links, in its lower two bytes, and so many places of elements."""
    counts = rows[:, 0] & 0xFFFF
    used = np.arange(rows.shape[1] - 1) < counts[:, None]
    return bool((counts <= most).all() and (rows[:, 1:][used] < elements).all())


def finds_itself(vectors: NDArray[np.float32], cosines: list[float]) -> str:
    """Return what is wrong if too few of some stored vectors were found as their own nearest neighbours, else "".

    Args:
        vectors: shape (vectors, dimension).
        cosines: of each with the nearest one that the index found; 0 where it found none.
    """
    missed = sum(not cosine >= _SAME for cosine in cosines)
    return f"{missed} of {len(vectors)} vectors are not found" if missed > _MAX_MISSED else ""


def spread(number: int) -> list[int]:
    """Return up to CANARIES places, evenly spread over ``number``."""
    return sorted({int(place) for place in np.linspace(0, number - 1, min(CANARIES, number))}) if number else []


def main(folder: str) -> str:
    """Open the store, and ask each collection for vectors that it stores."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    _limit_memory(Path(folder))
    try:
        client = chromadb.PersistentClient(folder, settings=ChromaSettings(anonymized_telemetry=False))
        for collection in client.list_collections():
            # A tie or a vector of no length has no nearest neighbour, so the cosine counts, not the id.
            ids = collection.get(include=[])["ids"]
            if not ids:
                continue
            chosen = [ids[place] for place in spread(len(ids))]
            stored = collection.get(ids=chosen, include=["embeddings"])["embeddings"]
            vectors = np.asarray(stored, dtype=np.float32)
            if vectors.shape[:1] != (len(chosen),):
                return f"{len(chosen) - len(vectors)} of {len(chosen)} vectors are missing"
            found = collection.query(query_embeddings=vectors, n_results=1, include=["distances"])["distances"] or []
            cosines = [1.0 - one[0] if one else 0.0 for one in found]
            if problem := finds_itself(vectors, cosines):
                return problem
    except BaseException as error:  # Chroma's panic is no Exception
        return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    return ""


def _limit_memory(folder: Path) -> None:
    """Let a damaged number that asks for all memory end this process, not others."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # there is no such limit on Windows
        import resource

        most = _MEMORY_BYTES + _MEMORY_TIMES * sum(size for _, _, size, _ in state_of(folder))
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


if __name__ == "__main__":
    message = main(sys.argv[1])
    sys.stdout.write(message)
    sys.stdout.flush()
    os._exit(1 if message else 0)  # Chroma's threads are not waited for
