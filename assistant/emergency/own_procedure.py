"""The organisation's own procedure for a subject: the clauses that say what to do while it happens.

The words of somebody in a crisis name what he sees, not the subject of a clause. So the documents are searched for the
procedure (``procedures.json`` has a query for each subject, in both languages), and not for these words.

Search always finds something. A clause counts only where it names the subject, itself or in a heading above it, and
says what to do (``act_words.tsv``). Without such a clause there is no procedure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from assistant.cards.subject_cards import Card
from assistant.evidence.quotable_spans import QuotableSpan, is_header_row, is_question, is_quoted_mail, spans_of, whole
from kb.core import data_files
from kb.language.detect import Language, is_chinese
from kb.language.script import display_width, fold, is_cjk
from kb.language.words import content_words
from kb.search.models import embedding
from kb.search.models.embedding_cache import EmbeddingCache
from kb.search.passage import Passage
from kb.search.retriever import Retriever, embed_questions

__all__ = ["find_procedure", "names_subject"]

_QUERY = {"zh-HK": "{title}的即時處理程序", "en": "What staff must do: {title}"}

# The number of passages looked at for each query, and the least cosine of a passage with the query that found it.
PASSAGES = 30
LEAST_COSINE = 0.77
# The most clauses shown, and the greatest width of one and of all together, in columns (a Chinese character takes two).
MOST = 2
MAX_WIDTH = 560
MAX_TOTAL = 760
# What is narrower says too little alone; a row of a table says it in few words.
LEAST_WIDTH = 20
# What the words of a clause must be worth together (``act_words.tsv``), up to what they count, and the greatest width
# for each point. With these floors the two sample organisations and the two of answers_fiction get a clause on the
# right subject for each of the 27 of 40 pairs of organisation and subject that have one, and none for the other 13; 134
# encyclopedia articles on suicide, war, fire and the like, and a manual on funds, give none. Without the floors of
# cosine and width, the articles on suicide and on Pearl Harbor were shown.
LEAST_ACTS = 2
MOST_ACTS = 5
WIDTH_OF_ACT = 200
# How much the words of the subject add where they are in the clause, and in the nearest heading above it.
IN_TEXT = 1.5
IN_HEADING = 3.0
# The weight of the passage's rank in search, 0..1, and of being in the language of the question.
RANK = 2.0
OWN_LANGUAGE = 2.0
# How far below the best clause the second one may be.
NEAR_BEST = 2.0
# How many of the best clauses are looked through for the one nearest to a question, and the vectors of their parts.
LOOKED_THROUGH = 12
_PARTS = EmbeddingCache(500)
# A line in a text is taken for a heading up to this width; the number of lines that are quoted below it.
HEADING_WIDTH = 40
LINES_BELOW = 4
# A Chinese name of this length is two words.
_LONG_NAME = 4
_SUSPECTED = re.compile(r"^(?:懷疑|疑似|發生|出現|有人|suspected|possible)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[。；;.!?！？]\s*$")


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of the procedure; ``headed``: whether the heading above it names the subject."""

    span: QuotableSpan
    score: float
    headed: bool


@dataclass(frozen=True, slots=True)
class SubjectSearch:
    """How the procedure for a subject is found.

    Attributes:
        queries: what the documents are searched for.
        words: names of the subject in clauses and headings; a "+" joins words that must all be there, the last of them
            names the harm.
        other_headings: words of headings under which a clause is about another subject: domestic violence.
    """

    queries: tuple[str, ...]
    words: tuple[str, ...]
    other_headings: tuple[str, ...] = ()


def find_procedure(
    retriever: Retriever,
    card: Card,
    language: Language,
    collections: list[str] | None,
    as_of: date | None = None,
    asked: str = "",
) -> list[QuotableSpan]:
    """Return the clauses with the procedure for a card's subject, best first; none where the documents have none.

    Args:
        language: of the question; a clause in this language comes before its counterpart.
        collections: slugs to search; ``None`` for all.
        as_of: the day for which the clauses should hold; today by default.
        asked: what is asked about the procedure: of all its clauses the one nearest to it is returned, alone.
    """
    subject = _subject(card)
    passages: dict[int, Passage] = {}
    for query in subject.queries:
        for one in retriever.retrieve(query, limit=PASSAGES, collections=collections, as_of=as_of):
            known = passages.get(one.chunk_id)
            if one.why.get("dense", 0.0) >= LEAST_COSINE and (known is None or known.score < one.score):
                passages[one.chunk_id] = one
    clauses = [clause for passage in passages.values() for clause in _clauses(passage, subject, language)]
    clauses.sort(key=lambda one: -one.score)
    if not asked:
        return _chosen(clauses)
    own_language = [one for one in clauses if is_chinese(one.span.passage.language) == language.is_chinese]
    return _nearest(retriever, asked, own_language or clauses)


def _nearest(retriever: Retriever, asked: str, clauses: list[_Clause]) -> list[QuotableSpan]:
    """Return the part of the procedure that is nearest to a question: a line or sentence of the best clauses."""
    parts: dict[str, QuotableSpan] = {}
    for one in clauses[:LOOKED_THROUGH]:
        for part in spans_of(one.span.passage):
            inside = one.span.start <= part.start and part.end <= one.span.end
            if inside and not (is_header_row(part) or is_question(part.text) or _is_fragment(part)):
                parts.setdefault(part.text, part)
    if not parts:
        return _chosen(clauses)
    settings = retriever.settings
    cosines = _PARTS.passages(embedding.load(settings), list(parts)) @ embed_questions(settings, [asked])[0]
    return [whole(list(parts.values())[int(cosines.argmax())])]


def names_subject(question: str, card: Card) -> bool:
    """Whether a question names the subject of a card as a clause would."""
    return _names(question, _subject(card).words)


def _subject(card: Card) -> SubjectSearch:
    """Return the search for a card. A subject that the organisation added is searched for by its title."""
    shipped = data_files.json_data("assistant.emergency", "procedures.json").get(card.id)
    if shipped is not None:
        queries, others = (shipped["zh-HK"], shipped["en"]), tuple(shipped.get("other_headings", ()))
        return SubjectSearch(queries, tuple(shipped["words"]), others)
    chinese, english = card.title["zh-HK"], card.title["en"]
    queries = _QUERY["zh-HK"].format(title=chinese), _QUERY["en"].format(title=english)
    return SubjectSearch(queries, (*_chinese_names(chinese), *_english_names(english)))


def _chinese_names(title: str) -> Iterator[str]:
    """Yield the words of a title; of a long one its ends, which clauses seldom have side by side: 傳染+爆發."""
    for word in content_words(title):
        name = _SUSPECTED.sub("", word)
        if len(name) > 1:
            yield name if len(name) < _LONG_NAME else f"{name[:2]}+{name[-2:]}"


def _english_names(title: str) -> Iterator[str]:
    words = [word for word in content_words(title) if not _SUSPECTED.fullmatch(word)]
    if words:
        yield "+".join(words)


def _clauses(passage: Passage, subject: SubjectSearch, language: Language) -> Iterator[_Clause]:
    words = subject.words
    above = "\n".join([passage.title, *passage.heading_path])
    nearest = passage.heading_path[-1] if passage.heading_path else ""
    if _names(nearest, subject.other_headings):
        return
    own_language = OWN_LANGUAGE if is_chinese(passage.language) == language.is_chinese else 0.0
    for span in _candidates(passage, words, nearest, above):
        acts = _acts(span.text)
        too_few = acts < LEAST_ACTS or acts * WIDTH_OF_ACT < display_width(span.text)
        if too_few or _is_fragment(span) or not _names(f"{above}\n{span.text}", words):
            continue
        headed = _heading_names(nearest, span.text, words)
        in_text = headed or _names(span.text, words)
        score = min(acts, MOST_ACTS) + IN_TEXT * in_text + IN_HEADING * headed + RANK * passage.score + own_language
        yield _Clause(span, score, headed)


def _candidates(passage: Passage, words: tuple[str, ...], nearest: str, above: str) -> Iterator[QuotableSpan]:
    """Yield what may be quoted of a passage: all of it, the lines below a line that names the subject, or a clause."""
    spans = [
        one for one in spans_of(passage) if not (is_header_row(one) or is_quoted_mail(one) or is_question(one.text))
    ]
    prose = [one for one in spans if not one.is_row]
    below = [one for at, one in enumerate(prose) if at or not nearest.endswith(one.text.strip())]
    if below and (_heading_names(nearest, passage.text, words) or _names(above, words)):
        yield _from(passage, below[0].start, below)
    for at, one in enumerate(prose):
        if at and _is_heading_line(one.text) and _names(one.text, words):
            yield _from(passage, one.start, prose[at : at + 1 + LINES_BELOW])
    for one in spans:
        if _names(one.text, words):
            yield whole(one)


def _from(passage: Passage, start: int, spans: list[QuotableSpan]) -> QuotableSpan:
    """Return the text of consecutive spans from ``start``, as many as can be read at a glance."""
    end = start
    for one in spans:
        if one.end > end > start and display_width(passage.text[start : one.end]) > MAX_WIDTH:
            break
        if end > start and "\t" in passage.text[end : one.start]:
            break
        end = one.end
    return QuotableSpan(passage, start, end)


def _is_fragment(span: QuotableSpan) -> bool:
    return not span.is_row and display_width(span.text) < LEAST_WIDTH


def _is_heading_line(text: str) -> bool:
    return (
        text[:1].isalnum()
        and display_width(text) <= HEADING_WIDTH
        and "\n" not in text
        and not _SENTENCE_END.search(text)
    )


def _chosen(clauses: list[_Clause]) -> list[QuotableSpan]:
    """Return the best clause, and the next one near it where the best is not a section of its own on the subject."""
    chosen: list[QuotableSpan] = []
    for one in clauses:
        if len(chosen) == MOST or one.score < clauses[0].score - NEAR_BEST or (chosen and clauses[0].headed):
            break
        if any(_same(one.span, other) for other in chosen):
            continue
        if sum(display_width(other.text) for other in [*chosen, one.span]) > MAX_TOTAL and chosen:
            continue
        chosen.append(one.span)
    return chosen


def _same(one: QuotableSpan, other: QuotableSpan) -> bool:
    """Whether two clauses overlap, or say the same: in equal words, or in the document's two languages."""
    first, second = one.passage, other.passage
    if first.chunk_id == second.chunk_id:
        return one.start < other.end and other.start < one.end
    return one.text == other.text or first.counterpart == second.chunk_id or second.counterpart == first.chunk_id


def _acts(text: str) -> int:
    folded = fold(text)
    return sum(weight for word, weight in _act_words() if _pattern(word).search(folded))


@cache
def _act_words() -> tuple[tuple[str, int], ...]:
    return tuple((word, int(weight)) for word, weight in data_files.rows("assistant.emergency", "act_words.tsv"))


def _names(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text has one of the names of a subject."""
    folded = fold(text)
    return any(all(_pattern(part).search(folded) for part in word.split("+")) for word in words)


def _heading_names(heading: str, text: str, words: tuple[str, ...]) -> bool:
    """Whether a heading names the subject; of joined words the last one, where the text below it has the others."""
    head = fold(heading)
    return any(
        _pattern(word.rpartition("+")[2]).search(head) and _names(f"{heading}\n{text}", (word,)) for word in words
    )


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    folded = re.escape(fold(word))
    return re.compile(folded if any(map(is_cjk, word)) else rf"(?<![a-z0-9]){folded}")
