"""Names in Latin letters: CHAN TAI MAN, Chan Tai-man, Peter, Mary Wong, Zhang Wei, Maria Santos.

The words of a run of capitalised words are read as surnames, syllables of given names, or given names of other origins;
a name is a sequence of them in one of the usual orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from kb.personal_data.name_words import english_surnames, name_words

__all__ = ["find_in_comparable"]

_TOKEN = re.compile(r"[A-Za-z]+(?:'[A-Za-z]{2,})*")
# What may stand between the words of a name: a space, a hyphen, or a comma with a space.
_GAP = re.compile(r" ?, ?| ?- ?| |\. ?")
# Orders of names, longest first. S surname, Y syllable, G given name, P and Q surname and given name in pinyin,
# I initial, D a particle (bin, de), X another capitalised word, "," a comma.
_ORDERS = re.compile(
    r"G{1,2},?SY{1,3}|S,?Y{1,2},?G{1,2}|S,?GY{1,2}|S,?Y{1,2}|G{1,2},?S|YYS|GI{1,2}S|S,?I{1,2}|I{1,2}S|S,?G{1,2}|PQ{1,2}|SQ|QP|GXG?|GG|G{1,2}D{1,2}X"
)
_MOST_TOKENS = 6
_INITIALS = 2
# A Cantonese syllable in the spellings of Hong Kong names (the Government's romanisation and its variants).
_SYLLABLE = re.compile(
    r"(?:b|ch|d|f|gw|g|h|j|kw|k|l|m|ng|n|p|sh|sz|s|ts|tz|t|w|y)?"
    r"(?:aai|ai|ay|aau|au|ow|aam|am|um|aan|an|un|aang|ang|ung|aap|ap|up|aat|at|ut|aak|ak|uk|ah|ar|a|eng|ek|eh|eung|euk|eu|"
    r"ei|ee|e|im|in|ing|ip|it|ik|iu|i|ong|ok|on|ot|oi|oy|ou|oo|or|o|uen|uet|ue|ui|oon|u|y)|m|ng|tsz|sze|tse|tze|kwan|kwok"
)


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str

    @property
    def lower(self) -> str:
        return self.text.lower()


@cache
def _pinyin_given() -> re.Pattern[str]:
    syllables = "|".join(sorted(name_words("pinyin"), key=len, reverse=True))
    return re.compile(rf"(?:{syllables}){{1,2}}")


def find_in_comparable(text: str) -> Iterator[tuple[int, int]]:
    """Yield ``(start, end)`` of each name in a text of :mod:`.comparable_text`, in order and without overlap."""
    for run in _runs(text):
        at = 0
        while at < len(run):
            if not _readings(run[at].lower) and len(run[at].text) > _INITIALS:
                at += 1
                continue
            length = _name_length(text, run, at)
            if length:
                length += _more_words(text, run, at + length)
                yield run[at].start, run[at + length - 1].end
            at += length or 1


def _runs(text: str) -> Iterator[list[_Token]]:
    """Yield the sequences of words with nothing between them but what may stand in a name."""
    run: list[_Token] = []
    for match in _TOKEN.finditer(text):
        token = _Token(match.start(), match.end(), match[0])
        if run and not _GAP.fullmatch(text, run[-1].end, token.start):
            yield run
            run = []
        run.append(token)
    if run:
        yield run


def _more_words(text: str, run: list[_Token], at: int) -> int:
    """Return the number of words behind a name that belong to it: Lopez-Garcia, Nguyen Thi Hoa."""
    count = 0
    for token, before in zip(run[at:], run[at - 1 :], strict=False):
        gap = text[before.end : token.start]
        sure = _readings(token.lower) and token.lower not in name_words("word")
        if not token.text[0].isupper() or gap not in (" ", "-") or not (gap == "-" or sure):
            break
        if _is_thing(run[at + count : at + count + 2]):
            break
        count += 1
    return count


def _name_length(text: str, run: list[_Token], at: int) -> int:
    """Return the number of words of the longest name that begins at a word; 0 for none."""
    for length in range(min(_MOST_TOKENS, len(run) - at), 1, -1):
        tokens = run[at : at + length]
        if _is_name(text, tokens) and not _is_thing(run[at + length : at + length + 2]):
            return length
    return 0


def _is_thing(behind: list[_Token]) -> bool:
    """Whether the words behind a name make it the name of a building, a place or an organisation."""
    return any(one.text[0].isupper() and one.lower in name_words("english_thing") for one in behind)


def _is_name(text: str, tokens: list[_Token]) -> bool:
    if _is_place(tokens):
        return False
    common = [one for one in tokens if one.lower in name_words("word")]
    # "Chan Tai-man" has a small letter behind its hyphen; a name in small letters needs three words, two of them sure
    small = [one for one in tokens if one.text[0].islower() and text[one.start - 1] != "-"]
    if small and (len(small) < len(tokens) or len(tokens) < 3 or len(common) > 1):
        return False
    if len(common) == len(tokens) and (len(tokens) < 3 or small):
        return False
    gaps = [text[one.end : other.start] for one, other in pairwise(tokens)]
    return _fits(tokens, ["," if "," in gap else "" for gap in gaps], "")


def _fits(tokens: list[_Token], commas: list[str], read: str) -> bool:
    """Whether the words can be read in one of the orders; ``read`` is what stands for those before."""
    if not tokens:
        return _ORDERS.fullmatch(read) is not None
    comma = commas[0] if commas else ""
    word = tokens[0].lower
    readings = _readings(word)
    if len(word) <= _INITIALS and tokens[0].text.isupper():
        readings += "I"
    if word in name_words("particle"):
        readings += "D"
    if (
        read[-1:] in ("G", "D")
        and "X" not in read
        and tokens[0].text[0].isupper()
        and len(word) > _INITIALS
        and _may_be_surname(word)
    ):
        readings += "X"
    return any(_fits(tokens[1:], commas[1:], read + letter + comma) for letter in readings)


@lru_cache(maxsize=10_000)
def _readings(word: str) -> str:
    """Return the letters of ``_ORDERS`` that a word in small letters can be read as."""
    found = "S" if word in english_surnames() else ""
    if _SYLLABLE.fullmatch(word):
        found += "Y"
    if word in name_words("christian"):
        found += "G"
    if word in name_words("pinyin_surname"):
        found += "P"
    if len(word) > 1 and _pinyin_given().fullmatch(word):
        found += "Q"
    return found


def _is_place(tokens: list[_Token]) -> bool:
    """Whether the words are a place, or begin with one."""
    words = [one.lower for one in tokens]
    return any(" ".join(words[:length]) in name_words("no_name") for length in range(1, len(words) + 1))


def _may_be_surname(word: str) -> bool:
    return word not in name_words("english_thing") and word not in name_words("no_surname")
