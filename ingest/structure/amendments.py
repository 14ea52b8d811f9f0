"""Amendments that a circular announces: which clause of which document changes, and from when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ingest.structure.effective_dates import effective_dates, label_words
from kb.language.quantities.dates import find_dates
from kb.language.quantities.numerals import CLAUSE_NUMBER, ordinal
from kb.language.script import HAN_BASIC, half_width
from kb.language.sentences import STOPS

__all__ = ["find_amendments"]

_DOTTED = r"\d{1,3}(?:\.\d{1,3})*(?: ?\([a-z0-9]{1,4}\))*"
_CLAUSE = re.compile(
    rf"(?i:\b(?:clauses?|paragraphs?|paras?\.?|sections?|articles?|items?)) "
    rf"(?P<en>{_DOTTED}(?:(?:, | and | & | to ){_DOTTED})*)"
    rf"|第 ?(?P<zh>{_DOTTED}(?:(?:、|及|和|與)(?:第 ?)?{_DOTTED})*|{CLAUSE_NUMBER}) ?[段條条節节款項项]"
    rf"|(?P<dotted>\b\d{{1,2}}\.{_DOTTED}) ?[段條条節节款項项]"
    r"|(?P<annex>(?i:annex|appendix) [A-Z0-9][\d.]*(?<!\.)"
    rf"|附[件錄录表] ?(?:\d[\d.]*|{CLAUSE_NUMBER}|[A-Z]))"
)
# Circulars are named by their number.
_NUMBERED = re.compile(
    r"(?:[A-Z][\w]* )*(?i:circular|memo|notice) No\. ?[\w/-]*\d|(?<!本)(?:通告|通函|備忘) ?第? ?[\w/-]*\d ?號?"
)
_GENERIC_NAMES = ("安排", "制度", "辦法", "通告")
_ONE = re.compile(_DOTTED)
# Not ``kb.language.sentences``: that never joins lines, and here a line in lower case goes on with the one above.
_SENTENCE_BREAK = re.compile(rf"(?<=[{STOPS}])|(?<=[.])\s+(?=[A-Z])|\n(?![a-z])")
_LINE_BREAK = re.compile(rf"(?<=[{STOPS}])|\n")


@dataclass(frozen=True, slots=True)
class Amendment:
    """One amendment.

    Attributes:
        document_hint: name of the amended document, as the circular writes it.
        clause: number as in the outline ("3.2.1(a)"); None for the whole document.
    """

    document_hint: str | None
    clause: str | None
    effective_from: date | None


def find_amendments(text: str) -> list[Amendment]:
    """Return what the text says it amends, replaces or cancels: clauses or whole documents. Most texts give none."""
    flat = half_width(text)
    general = effective_dates([flat]).effective_from
    found: list[Amendment] = []
    for sentence in _SENTENCE_BREAK.split(flat):
        if not _amends(sentence):
            continue
        hint = _document_hint(sentence)
        clauses = _clauses(sentence)
        if hint is None and not clauses:
            continue
        day = effective_dates(["circular " + sentence]).effective_from or general
        for clause in clauses or (None,):
            made = Amendment(hint or _last_document_hint(flat, sentence), clause, day)
            if made not in found:
                found.append(made)
    named = {a.document_hint for a in found if a.clause}
    return [a for a in found if a.clause or a.document_hint not in named]


def _amends(sentence: str) -> bool:
    """Return whether the sentence makes a change. A change that "may" be made later does not count."""
    lower = sentence.casefold()
    for word in label_words("amends"):
        pattern = rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)
        for match in re.finditer(pattern, lower):
            before = lower[max(0, match.start() - 40) : match.start()]
            # 「2020年修訂」 and "(Revised 2020/7)" say when something was changed in the past.
            dated = [s for s, _, _ in find_dates(sentence[match.end() :])][:1]
            if dated and dated[0] <= 2 and not _clauses(sentence):
                continue
            if not any(re.search(rf"\b{w}\b" if w.isascii() else w, before) for w in label_words("modal")):
                return True
    return False


def _clauses(sentence: str) -> list[str]:
    found: list[str] = []
    for match in _CLAUSE.finditer(sentence):
        if match["annex"]:
            found.append(re.sub(r"^(附[件錄录表]) ?", r"\1 ", match["annex"]))
            continue
        raw = match["en"] or match["zh"] or match["dotted"]
        numbers = _ONE.findall(raw) or [str(ordinal(raw))]
        found.extend(n.replace(" ", "") for n in numbers)
    return list(dict.fromkeys(found))


def _document_hint(sentence: str) -> str | None:
    """Return the document that the sentence names.

    Forms: 《員工手冊》, 「員工手冊」, "the Staff Handbook", 員工手冊 without quotation marks, "Circular No. 3/2020".
    """
    marked = re.search(r"《([^》]{2,40})》", sentence)
    if marked:
        return marked[1]
    numbered = _NUMBERED.search(sentence)
    if numbered:
        return numbered[0] if numbered[0].isascii() else "".join(numbered[0].split())
    english = "|".join(w for w in label_words("document") if w.isascii())
    capitals = r"(?:[A-Z][\w’'&-]*(?: (?:and|of|for|on|the))? ){1,6}"
    named = re.search(rf"(?:[Tt]he |of )({capitals}(?i:{english})\b)", sentence)
    if named:
        return named[1]
    chinese = "|".join(w for w in label_words("document") if not w.isascii() and w not in _GENERIC_NAMES)
    quoted = re.search(rf"[「『]([^」』]{{2,30}}(?:{chinese}))[」』]", sentence)
    before = "本會|本機構|現行|的|現修訂|修訂|取代|更新|，|^"
    plain_name = re.search(rf"(?:{before})((?!本|現)[{HAN_BASIC}]{{2,12}}?(?:{chinese}))", sentence)
    match = quoted or plain_name
    return match[1] if match else None


def _last_document_hint(text: str, sentence: str) -> str | None:
    """Return the last document named before the sentence: "The Staff Handbook is amended as follows: clause 3 …"."""
    before = text[: max(0, text.find(sentence))]
    for earlier in reversed(_LINE_BREAK.split(before)[-12:]):
        hint = _document_hint(earlier)
        if hint:
            return hint
    return None
