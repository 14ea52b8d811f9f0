"""A question whose subject no document knows, where the best span says the same of another subject.

「收到傳媒查詢，幾多日內要書面回覆」 and 「收到服務使用者投訴，須於14天內書面回覆」 share the words around; what stands
between is not the same. Texts are aligned by their longest common parts (Ratcliff and Obershelp 1988).
"""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise

from kb.language.script import fold, is_han
from kb.language.words import content_words, index_words
from kb.search.retriever import SearchResult

__all__ = ["replaced_subject"]

# Characters: of a common part, of the subject in the question, and of that in the span.
_COMMON, _SUBJECT, _OTHER = 2, 3, 2


def replaced_subject(found: SearchResult, text: str) -> tuple[str, str] | None:
    """Return the subject in the question and the one that a span has in its place; None where there is no such pair.

    The question's words for it must be in no document, under no name.
    """
    question = found.query.variants[-1]
    folded, other = fold(question), fold(text)
    blocks = SequenceMatcher(None, folded, other, autojunk=False).get_matching_blocks()
    common = [block for block in blocks if block.size >= _COMMON]
    if len(common) < 2:
        return None
    for first, second in pairwise(common):
        asked = _first_content(folded[first.a + first.size : second.a])
        said = _first_content(other[first.b + first.size : second.b])
        if len(asked) >= _SUBJECT and len(said) >= _OTHER and _is_unknown(found, asked):
            return _as_written(question, folded, asked), _as_written(text, other, said)
    return None


def _first_content(gap: str) -> str:
    """Return the Chinese content word that a gap begins with, "" if it begins with anything else."""
    stretch = gap.lstrip()
    words = content_words(stretch)
    return words[0] if words and is_han(words[0][0]) and stretch.startswith(words[0]) else ""


def _is_unknown(found: SearchResult, subject: str) -> bool:
    """Whether no pair of characters of a subject, and no other name of it, is in the searched documents."""
    pairs = {word for word in index_words(subject) if len(word) > 1}
    names = [name for concept in found.query.concepts if any(name & pairs for name in concept) for name in concept]
    known = found.idf
    return not any(pair in known for pair in pairs) and not any(all(word in known for word in name) for name in names)


def _as_written(text: str, folded: str, part: str) -> str:
    at = folded.find(part)
    return text[at : at + len(part)] if len(text) == len(folded) and at >= 0 else part
