"""Follow-up questions, without a model: does this question hang on the ones before, and what does it mean alone?

A search for 「咁兼職呢？」 finds nothing; a search for 「兼職員工有多少日年假」 does. Two ways lead there: the new
word takes the place of one of its kind in the last question (``contrasts.txt``), or the topic words of the
last question are set before the new one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from kb.core import data_files
from kb.language.lexicon import Lexicon
from kb.language.script import fold, is_han
from kb.language.words import content_words

__all__ = ["is_follow_up", "standalone"]

_TURNS = 4  # how far back a chain of follow-ups is traced
_OPENING = re.compile(
    r"^\s*(?:咁樣?|噉|那麼|那(?![個些份張種位日年月裏邊間])|同埋|仲有|另外|而且|或者|定係|如果係|and\b|or\b|but\b|so\b|then\b|also\b"
    r"|what about|how about|what if|same for|is it the same)[，, ]*(?:如果|for|if|what about|how about)?[，, ]*",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"^(?:what|how) about\b|^(?:and|or|same) for\b|呢\s*[?？]?$"
    r"|又(?:如何|點樣?|怎樣|怎麼樣?|有(?:甚麼|什麼|乜|咩|冇|沒有)|係咪|是否)",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"佢|[呢這嗰那](?:一?部[分份]| ?part(?![a-z]))"
    r"|嗰[個啲份張種間位次筆條件類日]|[呢這][個啲些份張種間位次筆條件類]|那[個些份張種間位次筆條件類]|他們|她們|它們?|上述|上面|頭先|剛才|前者|後者|同樣|一樣"
    r"|\b(?:it|its|they|them|their|that|those|these|this|he|she|him|her|the same|such|above)\b",
    re.IGNORECASE,
)
# "that" and "it" also open clauses of a full question; with this many topic words a question depends on no other.
_ENOUGH = 3
# What asks of a thing only whether, or how, the same holds for it; in folded script.
_ASKS_WHETHER = re.compile(
    r"(?:都|又|系咪|是否|会唔会|会不会)?(?:有冇|有没有|有无|有未|得唔得|得吗|可唔可以|可不可以|可以吗|可以|系咪一样|系咪都系"
    r"|一样吗|同样吗|适唔适用|适用吗|适用|包唔包|包括吗|计唔计|算唔算|点计|点算|点|有吗|有份|怎样|如何|几多|多少|有几多)+$"
    r"|^(?:do|does|can|are|is|what about|how about) (?:the )?"
    r"|(?: (?:too|as well|have (?:it|any)|get (?:it|any)|eligible))+$"
)
_TAIL = re.compile(r"[呢呀啊嘅㗎\s?？。.!！]+$")


@cache
def _topic_free() -> frozenset[str]:
    return frozenset(
        fold(word) for (line,) in data_files.rows("kb.language", "topic_free.txt") for word in line.split()
    )


@cache
def _topic_free_lexicon() -> Lexicon[str]:
    """Only words of two characters and more: 日 alone names nothing, but it begins 日間中心."""
    return Lexicon({tuple(word): word for word in _topic_free() if len(word) > 1 and is_han(word[0])})


def _pattern(word: str) -> str:
    """A hyphen in the file may be a space in a question; Latin words match whole."""
    escaped = re.escape(word).replace(r"\-", "[- ]")
    return escaped if is_han(word[0]) else rf"\b{escaped}\b"


@cache
def _contrasts() -> tuple[re.Pattern[str], ...]:
    """Return for each group of words of one kind a pattern over their folded forms, the longest first."""
    groups = (
        sorted((fold(word) for word in line.split()), key=len, reverse=True)
        for line, *_ in data_files.rows("kb.language", "contrasts.txt")
    )
    return tuple(re.compile("|".join(map(_pattern, group))) for group in groups)


@cache
def _persons() -> re.Pattern[str]:
    """Return a pattern of one or more words for persons (兼職員工), in folded script."""
    lines = [line for line, *kind in data_files.rows("kb.language", "contrasts.txt") if "who" in kind]
    words = sorted((fold(word) for line in lines for word in line.split()), key=len, reverse=True)
    return re.compile(rf"(?:(?:{'|'.join(map(_pattern, words))}) ?)+")


def _topic(question: str) -> list[str]:
    """Return the words of ``question`` that name what it is about, as written and in order."""
    return [word for stretch in content_words(question) for word in _named(stretch)]


def _named(stretch: str) -> Iterator[str]:
    """Yield what is left of a content word without the words that name no topic: 申請恩恤假 → 恩恤假."""
    if not is_han(stretch[0]):
        if fold(stretch) not in _topic_free() and not stretch[0].isdigit():
            yield stretch
        return
    last = 0
    for start, end, _ in (*_topic_free_lexicon().matches(fold(stretch)), (len(stretch), len(stretch), "")):
        if start - last > 1:
            yield stretch[last:start]
        last = end


def is_follow_up(question: str, history: Sequence[str]) -> bool:
    """Return True when ``question`` needs the earlier questions of ``history`` (oldest first) to be understood."""
    if not history or not question.strip():
        return False
    topic = _topic(question)
    if _OPENING.match(question) or _ABOUT.search(question.strip()):
        return len(topic) <= _ENOUGH
    if _points_back(question):
        return len(topic) < _ENOUGH
    return not topic or _asks_of_one(question) is not None


def _points_back(question: str) -> bool:
    """Whether a word points at something that the question does not name before it.

    In 「婆婆叫我幫佢簽收」 and "What does respite cost, and how often may it be used?" the question names it itself. In
    「消防處巡查嗰日」 the word belongs to what stands before it.
    """
    return any(not _topic(question[: found.start()]) for found in _POINTING.finditer(question))


def _asks_of_one(question: str) -> str | None:
    """Return the persons (``contrasts.txt``) where a question asks only whether the same holds for them.

    「兼職有冇？」 after 「恩恤假有幾多日？」 asks for part-timers what was asked before.
    """
    rest = _ASKS_WHETHER.sub("", _TAIL.sub("", fold(question))).strip()
    if rest == fold(question) or not rest:
        return None
    return rest if _persons().fullmatch(rest) else None


def _replaced(question: str, last: str) -> str | None:
    """Return ``last`` with one of its words changed for the word of the same kind in ``question``; None without one."""
    folded, folded_last = fold(question), fold(last)
    if len(folded_last) != len(last) or len(folded) != len(question):
        return None
    for group in _contrasts():
        new, old = group.search(folded), group.search(folded_last)
        if new and old and new.group() != old.group():
            return last[: old.start()] + question[new.start() : new.end()] + last[old.end() :]
    return None


def standalone(question: str, history: Sequence[str]) -> str:
    """Return the question to search for: ``question``, or for a follow-up one that carries the topic of the last.

    Args:
        question: as asked, in any language.
        history: earlier questions of the same conversation, oldest first; answers are not among them.
    """
    if not is_follow_up(question, history):
        return question
    last = standalone(history[-1], history[-1 - _TURNS : -1])
    rest = _TAIL.sub("", _OPENING.sub("", question)).strip()
    # 「咁兼職」 and "and sick leave?" name a thing and ask nothing of their own.
    bare = "".join(content_words(rest)) == re.sub(r"\W", "", rest)
    one = _asks_of_one(question)
    if one is not None:
        word = question[fold(question).find(one) :][: len(one)] if len(fold(question)) == len(question) else one
        return _replaced(word, last) or (f"{word}{last}" if is_han(word[0]) else f"{word} {last}")
    about = bool(_ABOUT.search(question.strip()) or (_OPENING.match(question) and bare))
    if about and rest:
        return _replaced(rest, last) or f"{rest} {last}"
    carried = [word for word in _topic(last) if fold(word) not in fold(question)]
    return " ".join([*carried, rest or question])
