"""Evidence for a question about a named person: only what is said of that person, never of somebody else.

Records of persons look alike: 「譚小姐有咩病」 is as near to the row of 何小姐 as to her own.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.answers.answer import Answer, Refusal
from assistant.evidence.gather import Evidence
from assistant.evidence.quotable_spans import QuotableSpan, whole
from assistant.messages import say
from kb.language.detect import detect
from kb.language.script import is_han
from kb.personal_data.comparable_text import comparable
from kb.personal_data.personal_data_finder import find_personal_data, names_in

__all__ = ["UNKNOWN", "only_about", "unknown"]

# The reason of an answer that says that no document names the person.
UNKNOWN = "unknown_person"


def only_about(evidence: Evidence, question: str) -> tuple[Evidence, str]:
    """Return the evidence about the persons whom a question names, and the first of their names.

    The evidence is as it was, and the name "", where the question names nobody. A name counts in the span or its
    paragraph, in the headings and the title above it, and in the nearest line above that names anybody.
    """
    names = [question[start:end] for start, end, kind in find_personal_data(question) if kind == "name"]
    if not names:
        return evidence, ""
    spans = [one for one in evidence.spans if any(_is_about(one.span, name) for name in names)]
    known = {one.span.passage.chunk_id for one in spans}
    passages = [one for one in evidence.passages if one.chunk_id in known]
    return replace(evidence, spans=spans, passages=passages), names[0].strip()


def unknown(question: str, name: str, contact: str) -> Answer:
    """Return the answer that nothing was found about a person, in the language of the question.

    Args:
        contact: whom it names, "" for the asker's supervisor.
    """
    language = detect(question)
    return Answer(
        question=question,
        language=language,
        content=Refusal(say(UNKNOWN, language, name=name), contact),
        reason=UNKNOWN,
        answerer="fixed",
        contact=contact,
    )


def _is_about(span: QuotableSpan, name: str) -> bool:
    passage = span.passage
    if any(_names(text, name) for text in (whole(span).text, *passage.heading_path, passage.title)):
        return True
    if span.is_row or names_in(comparable(whole(span).text).text):
        return False
    for line in reversed(passage.text[: span.start].split("\n")[:-1]):
        if "\t" in line:
            return False
        if names_in(comparable(line).text):
            return _names(line, name)
    return False


def _names(text: str, name: str) -> bool:
    """Whether a text names a person: the same characters, or all the words of a name in Latin letters, in any order.

    Of a surname alone every name that begins with it may be meant.
    """
    same, wanted = comparable(text).text, comparable(name).text.strip()
    if len(wanted) == 1 and is_han(wanted):
        return any(same[start:end].startswith(wanted) for start, end in names_in(same))
    if is_han(wanted[:1]):
        return wanted in same
    words = re.findall(r"[a-z]+", same.lower())
    return all(word in words for word in re.findall(r"[a-z]+", wanted.lower()))
