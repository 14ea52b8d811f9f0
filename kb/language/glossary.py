"""Welfare and office terms of Hong Kong in their registers: written Chinese, colloquial, English, abbreviations.

``glossary.tsv`` holds a concept a line. ``english_terms.tsv`` holds the English that colleagues mix into Chinese
(claim, fall, in charge); it counts only beside Chinese, for in an English sentence *fire* is not a dismissal.
An administrator's rows have the same four columns and come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.core import data_files
from kb.core.errors import FileRejected
from kb.language.lexicon import Lexicon
from kb.language.script import HAN, fold, is_han

__all__ = ["Expansion", "Glossary"]

Row = Sequence[str]
_TOKEN = re.compile(r"[^\W_a-z0-9]|[a-z0-9]+(?:'[a-z]+)?|[&$]", re.IGNORECASE)
_HAN_ONLY = re.compile(f"[{HAN}]+")
_LATIN_ONLY = re.compile(r"[a-z]+(?: [a-z]+)*")
_LATIN = re.compile(r"[a-z]+", re.IGNORECASE)
_SHORT = 3  # letters: abbreviations that may be English words (IT, PA, DE)
_SHORT_WORDS = frozenset(["tax", "pay", "key", "fee"])


@dataclass(frozen=True)
class Expansion:
    """A term as written in the question, and its other names, best first; ``term`` itself is in neither list."""

    term: str
    alternatives_zh: list[str]
    alternatives_en: list[str]


@dataclass(frozen=True, eq=False)
class _Concept:
    chinese: tuple[str, ...]
    english: tuple[str, ...]


_Table = dict[tuple[str, ...], tuple[_Concept, ...]]


def _split(row: Row) -> list[list[str]]:
    """Return the alternatives of the four cells; missing cells are empty."""
    return [[term.strip() for term in cell.split(";") if term.strip()] for cell in [*row, "", "", "", ""][:4]]


def _concept(row: Row) -> _Concept:
    written, colloquial, english, abbreviations = _split(row)
    chinese: list[str] = []
    mixed: list[str] = []
    for term in (*written, *colloquial):
        (mixed if term.isascii() else chinese).append(term)
    return _Concept(tuple(chinese), (*english, *abbreviations, *mixed))


def _singular(word: str) -> str:
    """Return a plural without its ending, good enough for both sides of a comparison to agree."""
    if len(word) < 4 or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes")) else word[:-1]


def _tokens(folded: str) -> list[tuple[str, int, int]]:
    """Return (token, start, end): a Han character, or a Latin word in the singular; hyphens and spaces are alike."""
    found = []
    for match in _TOKEN.finditer(folded):
        word = match.group()
        found.append((_singular(word.removesuffix("'s")) if word.isascii() else word, match.start(), match.end()))
    return found


def _key(folded: str) -> tuple[str, ...]:
    if _HAN_ONLY.fullmatch(folded):  # this and the next: a fast way to the same result
        return tuple(folded)
    if _LATIN_ONLY.fullmatch(folded):
        return tuple(map(_singular, folded.split(" ")))
    return tuple(token for token, _, _ in _tokens(folded))


def _table(table_rows: Sequence[Row]) -> _Table:
    """Map the tokens of every term of more than one character to the concepts it may name."""
    table: _Table = {}
    # Folding the table as one text is ten times quicker than folding its cells.
    folded_rows = (line.split("\t") for line in fold("\n".join("\t".join(row) for row in table_rows)).split("\n"))
    for row, folded in zip(table_rows, folded_rows, strict=True):
        concept = _concept(row)
        for term in {term for cell in _split(folded) for term in cell if len(term) > 1}:
            key = _key(term)
            if concept not in table.get(key, ()):
                table[key] = (*table.get(key, ()), concept)
    table.pop((), None)
    return table


def _merge(first: _Table, second: _Table) -> _Table:
    return first | {key: (*first.get(key, ()), *concepts) for key, concepts in second.items()}


@cache
def _shipped() -> tuple[_Table, _Table]:
    """Return the table for English text and the one for text with Chinese in it."""
    terms = _table(data_files.rows("kb.language", "glossary.tsv"))
    return terms, _merge(_table(data_files.rows("kb.language", "english_terms.tsv")), terms)


@cache
def _shipped_lexicons() -> tuple[Lexicon[tuple[_Concept, ...]], ...]:
    return tuple(map(Lexicon, _shipped()))


def _read(path: Path) -> tuple[tuple[str, ...], ...]:
    try:
        return data_files.parse_rows(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise FileRejected("file_broken", name=path.name) from error


class Glossary:
    """The shipped tables and, before them, a tenant's own rows.

    Args:
        extra: a UTF-8 TSV file, or rows of up to four cells (written; colloquial; English; abbreviations).

    Raises:
        FileRejected: the file cannot be read as UTF-8 text (``file_broken``).
    """

    def __init__(self, extra: Path | Iterable[Row] = ()) -> None:
        own = _read(extra) if isinstance(extra, Path) else tuple(tuple(row) for row in extra if any(row))
        if own:
            table = _table(own)
            self._plain, self._mixed = (Lexicon(_merge(table, shipped)) for shipped in _shipped())
        else:
            self._plain, self._mixed = _shipped_lexicons()

    def __len__(self) -> int:
        """The number of distinct terms."""
        return len(self._mixed)

    def expand(self, text: str) -> list[Expansion]:
        """Return the terms of ``text`` (any language or script) in order, each once, with their other names."""
        folded = fold(text)
        source = text if len(folded) == len(text) else folded
        tokens = _tokens(folded)
        chinese = any(map(is_han, text))
        found: dict[str, Expansion] = {}
        for start, end, concepts in (self._mixed if chinese else self._plain).matches([word for word, _, _ in tokens]):
            term = source[tokens[start][1] : tokens[end - 1][2]]
            if _is_term(term, chinese):
                found.setdefault(fold(term), _expansion(term, concepts))
        return list(found.values())


def _is_term(term: str, chinese: bool) -> bool:
    """Return False where a few Latin letters in an English sentence are a word, not an abbreviation: "it", not "IT"."""
    return chinese or len(term) > _SHORT or not _LATIN.fullmatch(term) or term.isupper() or term in _SHORT_WORDS


def _expansion(term: str, concepts: Iterable[_Concept]) -> Expansion:
    """Gather the other names over ``concepts``: once each, none a single character, which would find anything."""
    chinese: dict[str, str] = {}
    english: dict[str, str] = {}
    for concept in concepts:
        for names, found in ((concept.chinese, chinese), (concept.english, english)):
            for name in names:
                if len(name) > 1:
                    found.setdefault(fold(name), name)
    chinese.pop(fold(term), None)
    english.pop(fold(term), None)
    return Expansion(term, list(chinese.values()), list(english.values()))
