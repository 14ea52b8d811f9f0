"""Words of the lexical index, for Traditional and Simplified Chinese, English and mixtures.

Chinese is indexed as overlapping pairs of characters plus single characters: no dictionary decides where a
word ends, so a new term is found on the day it is written. English is stemmed (Snowball), with British
and American spellings brought together. Figures are added in one normal form (``quantities/index.py``). The same text
gives the same words in the index and in a query; a query only weighs them.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache, lru_cache

import snowballstemmer

from kb.core import data_files
from kb.language.quantities.index import figures
from kb.language.script import HAN, fold

__all__ = ["content_words", "index_words", "query_words", "stop_mask"]

_TOKEN = re.compile(
    rf"(?P<han>[{HAN}]+(?:[ \u3000]+[{HAN}]+)*)"
    r"|(?P<mail>[a-z0-9][a-z0-9_.+-]*@[a-z0-9_-]+(?:\.[a-z0-9_-]+)+)"
    r"|(?P<phone>(?<!\d)[2-9]\d{3}[ -]\d{4}(?!\d))"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[./-]\d+)*%?)(?![a-z\d])"
    rf"|(?P<latin>[^\W_{HAN}]+(?:['’&./_-][^\W_{HAN}]+)*)"  # WhatsApp不算 is two words
)
_SPLIT = re.compile(r"[&./_-]")
_BETWEEN_HAN = re.compile(r"[ \u3000]+")
_UNIGRAM_WEIGHT = 0.15
_ALONE_WEIGHT = 0.6
_TOUCHING_STOP_WEIGHT = 0.25


@cache
def _spellings() -> dict[str, str]:
    return {row[0]: row[1] for row in data_files.rows("kb.language", "spellings.tsv")}


@cache
def _english_stop_words() -> frozenset[str]:
    return frozenset(word for line in data_files.lines("kb.language", "stop_words_en.txt") for word in line.split())


@cache
def _chinese_stops() -> tuple[re.Pattern[str], frozenset[str]]:
    """Return a longest-first pattern over function words and the content words holding one (=目的), and the former."""
    words = [word for line in data_files.lines("kb.language", "stop_words_zh.txt") for word in line.split()]
    kept = {fold(word[1:]) for word in words if word.startswith("=")}
    stops = frozenset(fold(word) for word in words if not word.startswith("=")) - kept
    return re.compile("|".join(sorted(stops | kept, key=len, reverse=True))), stops


class _Stemmer(threading.local):
    """A Snowball stemmer for each thread: a stemmer keeps the word it works on in itself, so two threads mix theirs."""

    def __init__(self) -> None:
        self.english = snowballstemmer.stemmer("english")


_STEMMER = _Stemmer()


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """Return the Snowball stem of a lower-case English word, -iz- and -is- as one, American spelling as British."""
    word = word.removesuffix("'s").removesuffix("’s").replace("'", "").replace("’", "")
    word = _spellings().get(word, word)
    if not word.isascii() or any(char.isdigit() for char in word):
        return word
    stem: str = _STEMMER.english.stemWord(word)
    return stem[:-2] + "is" if stem.endswith("iz") and len(stem) > 4 else stem


def _latin(token: str) -> Iterator[str]:
    """Yield the words of a Latin token; a compound (part-time, e-mail, R&D) gives its parts and the whole."""
    parts = [part for part in _SPLIT.split(token) if part]
    if len(parts) == 1:
        yield _stem(token)
        return
    for part in parts:
        yield _stem(part)
    if any(char.isdigit() for char in token):
        yield token.replace("'", "").replace("’", "")
    else:
        yield _stem("".join(parts))


def _other(match: re.Match[str]) -> Iterator[str]:
    """Yield the words of a match that is not Chinese."""
    token = match.group()
    if match["mail"]:
        yield token
        yield token.split("@")[0]
        yield token.split("@")[1]
    elif match["phone"]:
        yield re.sub(r"\D", "", token)
    elif match["number"]:
        yield token.replace(",", "")
    else:
        yield from _latin(token)


def index_words(text: str) -> list[str]:
    """Return the words of ``text`` in order, then its figures; repeats stay, since BM25 counts them.

    No word holds white space, a quote or an apostrophe. Single Han characters and pairs of them are both there.
    """
    words: list[str] = []
    folded = fold(text)
    for match in _TOKEN.finditer(folded):
        if match["han"]:
            run = _BETWEEN_HAN.sub("", match["han"])
            words.extend(run)
            words.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            words.extend(_other(match))
    seen = set(words)
    words.extend(figure for figure in dict.fromkeys(figures(folded)) if figure not in seen)
    return words


def stop_mask(run: str) -> list[bool]:
    """Return for each character of a Han run whether a function word covers it."""
    pattern, stops = _chinese_stops()
    mask = [False] * len(run)
    for match in pattern.finditer(run):
        if match.group() in stops:
            mask[match.start() : match.end()] = [True] * len(match.group())
    return mask


def _han_query(run: str) -> Iterator[tuple[str, float]]:
    mask = stop_mask(run)
    for i in range(len(run) - 1):
        if mask[i] and mask[i + 1]:
            continue
        yield run[i : i + 2], _TOUCHING_STOP_WEIGHT if mask[i] or mask[i + 1] else 1.0
    for i, char in enumerate(run):
        if not mask[i]:
            before, after = i > 0 and not mask[i - 1], i + 1 < len(run) and not mask[i + 1]
            yield char, _UNIGRAM_WEIGHT if before or after else _ALONE_WEIGHT


def query_words(text: str) -> list[tuple[str, float]]:
    """Return the words of a question with weights in (0, 1], each once, in order; the index holds the same words.

    Function and question words of both languages are left out; a pair of characters that touches one counts a
    quarter, a single character inside a longer word a seventh. A question of function words only keeps them all.
    """
    folded = fold(text)
    weights: dict[str, float] = {}
    for match in _TOKEN.finditer(folded):
        if match["han"]:
            pairs = list(_han_query(_BETWEEN_HAN.sub("", match["han"])))
        elif match["latin"] and match.group() in _english_stop_words():
            continue
        else:
            pairs = [(word, 1.0) for word in _other(match)]
        for word, weight in pairs:
            weights[word] = max(weight, weights.get(word, 0.0))
    weights.update(dict.fromkeys(figures(folded), 1.0))
    return list(weights.items()) or [(word, _TOUCHING_STOP_WEIGHT) for word in dict.fromkeys(index_words(text))]


def content_words(text: str) -> list[str]:
    """Return what ``text`` is about, as written and in order: Han stretches between function words, Latin words."""
    folded = fold(text)
    source = text if len(folded) == len(text) else folded
    found: list[str] = []
    for match in _TOKEN.finditer(folded):
        if not match["han"]:
            if match.group() not in _english_stop_words():
                found.append(source[match.start() : match.end()])
            continue
        marks = "".join(" " if stop else "x" for stop in stop_mask(match.group()))
        found.extend(source[match.start() + m.start() : match.start() + m.end()] for m in re.finditer("x+", marks))
    return list(dict.fromkeys(word for word in found if word.strip()))
