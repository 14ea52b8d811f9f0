"""Which characters of a text speak to an assistant: a logistic model over words, signs and meaning.

``weights.json`` has the weights; ``python -m eval.training.fit_orders`` fits them to lines that were written for it.
A model over character sequences and signs chooses the few pieces that are worth a vector. A second one decides by its
score, the signs and the piece's vector. Where the vectors are of another embedding model, the first one decides alone.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.core import data_files
from kb.language.sentences import CLOSERS, sentences
from kb.prompt_injection.chunk_orders import without
from kb.prompt_injection.injection_features import features, signals
from kb.prompt_injection.text_units import MOST, JudgedPiece, between_marks, script_runs, sentence_pieces

__all__ = ["Encode", "detector_version", "injected_spans", "log_odds", "speaks_to_assistant"]

Encode = Callable[[list[str]], NDArray[np.float32]]
Spans = list[tuple[int, int]]

# Log-odds of the first model from which a piece gets a vector, and from which it decides where there are no vectors.
_SUSPECT = -2.5
_SURE_WITHOUT_VECTOR = 1.5
# Log-odds from which a piece speaks to an assistant: alone, two neighbours together, and beside one that does.
_ALONE, _TOGETHER, _BESIDE = 0.0, 1.0, -0.5
_LEAD_IN = re.compile(rf"[:：]\s*[{re.escape(CLOSERS)}]*\s*$")
# Comments, code and brackets are written for programs more often than sentences are.
_MARKED_OFF = -1.0
# What is taken from the log-odds of a piece without any of the signs that orders to an assistant nearly always have: an
# old book or a mail differs from the lines of training in other ways too.
_NO_SIGN = 5.0
_SIGNS = (
    "machine", "assistant", "to_machine", "must_say", "answer_with", "ignore_rules", "system_mark", "role_tag",
    "assistant_speaks", "role_play", "end_mark", "new_task", "prompt_word", "in_answer", "data_link", "markdown",
    "comment", "html_tag", "unseen_style", "json_role", "encoded_word", "encoded", "code_reply",
    "answer_verb", "grader", "translate", "software",
    "command_mark", "safe_code", "turned", "summary_word",
)  # fmt: skip
_TURN = re.compile(
    r"(?:^|[\s「\"'])(?:[QA]|User|Human|Assistant|AI|Bot|Model|問|答|用戶|使用者|助理|助手|機械人|模型)\s?\d?\s?[:：]",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s?(?:（[^（）\n]{1,300}）|\([^()\n]{1,300}\))")
# The most characters between two sentences that are judged together: white space, a line break, a bullet.
_GAP = 4


@cache
def _weights() -> dict[str, Any]:
    loaded: dict[str, Any] = data_files.json_data("kb.prompt_injection", "weights.json")
    numbers = ("word_signals", "signal_weights", "vector")
    packed = np.frombuffer(base64.b64decode(loaded["words"]["data"]), dtype=np.int8)
    return loaded | {name: np.array(loaded[name]) for name in numbers} | {"words": packed * loaded["words"]["scale"]}


@cache
def detector_version() -> str:
    """Return a short text that changes with the weights: what was judged by others is judged again."""
    folder = files("kb.prompt_injection")
    content = b"".join(folder.joinpath(name).read_bytes() for name in ("weights.json", "signals.tsv"))
    return hashlib.sha256(content).hexdigest()[:12]


@lru_cache(maxsize=4096)
def _word_score(text: str) -> tuple[float, NDArray[np.float32]]:
    weights = _weights()
    buckets, signs = features(text)
    words = float(weights["words"][buckets].sum()) / float(np.sqrt(len(buckets)))
    return words + float(signs @ weights["word_signals"]) + weights["word_bias"], signs


@cache
def _signs() -> NDArray[np.float32]:
    return np.array([name in _SIGNS for name in signals()], dtype=np.float32)


def log_odds(texts: Sequence[str], encode: Encode | None, *, beside: bool = False) -> list[float]:
    """Return the log-odds that each text speaks to an assistant.

    Args:
        encode: returns the vectors of texts by the bundled model, shape (texts, dimension); None to do without. Only
            texts that may speak to an assistant are encoded.
        beside: the texts stand beside one that speaks to an assistant, and need no sign of their own.
    """
    scored = [_word_score(text) for text in texts]
    doubt = [0.0 if beside or signs @ _signs() else _NO_SIGN for _, signs in scored]
    found = [score - less for (score, _), less in zip(scored, doubt, strict=True)]
    if encode is None:
        return [score - _SURE_WITHOUT_VECTOR for score in found]
    weights = _weights()
    suspects = [index for index, score in enumerate(found) if score >= _SUSPECT]
    if not suspects:
        return found
    vectors = encode([texts[index] for index in suspects])
    for index, vector in zip(suspects, vectors, strict=True):
        score, signs = scored[index]
        found[index] = weights["score"] * score + float(signs @ weights["signal_weights"]) + weights["bias"]
        found[index] += float(vector @ weights["vector"]) - doubt[index]
    return found


def speaks_to_assistant(text: str, encode: Encode | None = None) -> bool:
    """Whether any sentence of a text speaks to an assistant."""
    return bool(injected_spans(text, encode))


def injected_spans(text: str, encode: Encode | None = None) -> Spans:
    """Return the characters of a text that speak to an assistant: ``(start, end)``, ascending, without overlap.

    Args:
        encode: as in :func:`log_odds`.
    """
    marked = _judged(text, between_marks(text), encode, _MARKED_OFF)
    rest = without(text, marked)
    pieces = sentence_pieces(rest)
    in_runs = {index: runs for index, one in enumerate(pieces) if (runs := script_runs(rest, one))}
    for runs in in_runs.values():
        marked += _judged(rest, runs, encode, _ALONE)
    rest = without(rest, marked)
    scores = _scores(rest, pieces, encode)
    chosen = {index for index, score in enumerate(scores) if score >= _ALONE}
    chosen |= _together(rest, pieces, chosen, encode)
    chosen = _spread(rest, pieces, chosen, encode)
    return _merged([*marked, *((pieces[index].start, pieces[index].end) for index in chosen)], text)


def _scores(text: str, pieces: Sequence[JudgedPiece], encode: Encode | None) -> list[float]:
    parts = [text[start:end] for piece in pieces for start, end in piece.parts]
    values = iter(log_odds(parts, encode))
    return [max(next(values) for _ in piece.parts) for piece in pieces]


def _judged(text: str, pieces: Sequence[JudgedPiece], encode: Encode | None, least: float) -> Spans:
    scores = _scores(text, pieces, encode)
    return [(one.start, one.end) for one, score in zip(pieces, scores, strict=True) if score >= least]


def _together(text: str, pieces: Sequence[JudgedPiece], chosen: set[int], encode: Encode | None) -> set[int]:
    """Return the indices of neighbours that speak to an assistant together, although neither does alone."""
    pairs = [
        JudgedPiece(one.start, other.end, ((one.start, other.end),))
        for one, other in itertools.pairwise(pieces)
        if _adjacent(text, one, other) and len(one.parts) == len(other.parts) == 1
    ]
    first = {piece.start: index for index, piece in enumerate(pieces)}
    found: set[int] = set()
    for pair, score in zip(pairs, _scores(text, pairs, encode), strict=True):
        index = first[pair.start]
        if score >= _TOGETHER and not {index, index + 1} & chosen:
            found |= {index, index + 1}
    return found


def _spread(text: str, pieces: Sequence[JudgedPiece], chosen: set[int], encode: Encode | None) -> set[int]:
    """Return the chosen indices with those of sentences that belong to the same order.

    They stand behind a lead-in, take turns in the same dialogue, stand between two chosen ones, or are nearly sure.
    """
    found = set(chosen)

    def belongs(index: int, beside: int) -> bool:
        first, last = sorted((index, beside))
        if beside not in found or not _adjacent(text, pieces[first], pieces[last]):
            return False
        own, other = (text[pieces[one].start : pieces[one].end] for one in (index, beside))
        turns = bool(_TURN.search(own) and _TURN.search(other))
        led_in = index > beside and bool(_LEAD_IN.search(other))
        return turns or led_in or log_odds([own[:MOST]], encode, beside=True)[0] >= _BESIDE

    for index in range(1, len(pieces)):
        found |= {index} if belongs(index, index - 1) else set()
    for index in range(len(pieces) - 2, -1, -1):
        found |= {index} if belongs(index, index + 1) else set()
    between = {one for one in range(1, len(pieces) - 1) if {one - 1, one + 1} <= found}
    return found | {one for one in between if _adjacent(text, pieces[one - 1], pieces[one])}


def _adjacent(text: str, one: JudgedPiece, other: JudgedPiece) -> bool:
    between = text[one.end : other.start]
    return len(between) <= _GAP and "\t" not in between


def _merged(spans: Spans, text: str) -> Spans:
    """Return spans in order, joined where nothing but white space and marks is between them."""
    found: Spans = []
    for start, end in sorted(spans):
        if found and not any(map(str.isalnum, text[found[-1][1] : start])) and "\t" not in text[found[-1][1] : start]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return [(start, _with_aside(text, _with_led_in(text, start, end))) for start, end in found]


def _with_led_in(text: str, start: int, end: int) -> int:
    """Return the end of a span with the sentence behind it where the span ends in a lead-in: "…, say:"."""
    if not _LEAD_IN.search(text[start:end]):
        return end
    following = sentences(text[end : end + MOST])
    return end + following[0][1] if following and following[0][0] <= _GAP else end


def _with_aside(text: str, end: int) -> int:
    """Return the end of a span with the bracket behind it, which belongs to its sentence."""
    aside = _ASIDE.match(text, end)
    return aside.end() if aside else end
