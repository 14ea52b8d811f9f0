"""The changes between two versions of a document: clause by clause, with exact quotes of both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Literal

from assistant.answers.citations import Citation, cite, verify_citations
from assistant.evidence.quotable_spans import QuotableSpan
from assistant.tasks.version_passages import find_document, load_passages, readable_versions
from kb.core.errors import InputError, NotFound
from kb.language.script import fold
from kb.library.documents import Library
from kb.search.passage import Passage

__all__ = ["Change", "Changes", "compare"]

# Two wordings with at least this similarity (SequenceMatcher ratio) are the same clause with another number.
ALIKE = 0.6
# A longer text, in characters, before the first clause number is not a heading.
HEADING = 60


@dataclass(frozen=True, slots=True)
class Change:
    """A clause that changed.

    Attributes:
        clause: its number, or its heading if it has none; the new one if that changed.
        before, after: citations of the old and the new wording, in order; empty if the clause is added or removed.
        removed, added: the removed and added words of a changed clause, as written.
    """

    kind: Literal["changed", "added", "removed", "renumbered"]
    clause: str
    before: list[Citation] = field(default_factory=list)
    after: list[Citation] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "clause": self.clause,
            "before": [one.as_dict() for one in self.before],
            "after": [one.as_dict() for one in self.after],
            "removed": self.removed,
            "added": self.added,
        }


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes of a document between two versions, in reading order.

    Attributes:
        earlier, later: the numbers of the versions.
        unchanged: the number of clauses that did not change.
    """

    document: str
    earlier: int
    later: int
    changes: list[Change]
    unchanged: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "document": self.document,
            "from": self.earlier,
            "to": self.later,
            "changes": [one.as_dict() for one in self.changes],
            "unchanged": self.unchanged,
        }


@dataclass(slots=True)
class _Clause:
    key: str
    spans: list[QuotableSpan]

    @property
    def text(self) -> str:
        return "\n".join(span.text for span in self.spans)

    @property
    def normalised(self) -> str:
        """The wording, folded, without its number and white space, for comparison."""
        text = fold(self.text)
        number = fold(self.key)
        return re.sub(r"\s+", "", text.removeprefix(number) if text.startswith(number) else text)


def compare(
    library: Library,
    document: str,
    earlier: int | None = None,
    later: int | None = None,
    *,
    collections: Sequence[str] | None = None,
) -> Changes:
    """Compare two versions; by default the newest with the one before it.

    Args:
        document: its file name.
        collections: slugs of the collections in which to look for the document; all by default.

    Raises:
        InputError: ``versions_needed`` if there is only one version.
        NotFound: ``document_not_found``, ``version_not_found``.
    """
    row = find_document(library, document, collections)
    numbers = [one.number for one in readable_versions(library, row)]
    new = later if later is not None else (numbers[-1] if numbers else 0)
    old = earlier if earlier is not None else max((n for n in numbers if n < new), default=0)
    if len(numbers) < 2 and (earlier, later) == (None, None):
        raise InputError("versions_needed", document=document)
    for number in (old, new):
        if number not in numbers:
            raise NotFound("version_not_found", document=document, version=number)
    before, after = (_clauses(load_passages(library, row, number)) for number in (old, new))
    found = list(_changes(library, before, after))
    same = len(after) - sum(one.kind != "removed" for one in found)
    return Changes(document, old, new, found, same)


def _clauses(passages: list[Passage]) -> list[_Clause]:
    """Split the passages into clauses; without clause numbers, at the headings."""
    found: list[_Clause] = []
    for passage in passages:
        starts: list[tuple[int, str]] = list(passage.clauses)
        if not starts or starts[0][0] > 0:
            starts.insert(0, (0, _key_of_opening(passage, found[-1].key if found else "")))
        for (start, key), (end, _) in zip(starts, [*starts[1:], (len(passage.text), "")], strict=True):
            span = _trimmed(passage, start, end)
            if span is None:
                continue
            if found and found[-1].key == key:
                found[-1].spans.append(span)
            else:
                found.append(_Clause(key, [span]))
    return found


def _key_of_opening(passage: Passage, before: str) -> str:
    """Return the key of the text before a passage's first clause: a heading, or the previous clause ``before``."""
    lead = passage.text[: passage.clauses[0][0]].strip() if passage.clauses else ""
    heading = " › ".join(passage.heading_path)
    if not passage.clauses:
        return passage.clause or heading
    return heading or lead.splitlines()[0] if len(lead) <= HEADING and not lead.endswith("。") else before


def _trimmed(passage: Passage, start: int, end: int) -> QuotableSpan | None:
    text = passage.text[start:end]
    left = len(text) - len(text.lstrip())
    return QuotableSpan(passage, start + left, start + len(text.rstrip())) if text.strip() else None


def _changes(library: Library, before: list[_Clause], after: list[_Clause]) -> Iterator[Change]:
    """Yield the changes in the order of the later version. A removed clause comes at its old place."""
    partner = _align(before, after)
    gone = {i for i in range(len(before)) if i not in partner.values()}
    reported = 0
    for place, new in enumerate(after):
        old_place = partner.get(place)
        if old_place is not None:
            for i in sorted(one for one in gone if reported <= one < old_place):
                yield Change("removed", before[i].key, _citations(library, before[i]))
            reported = max(reported, old_place)
            gone -= set(range(old_place))
            old = before[old_place]
            if old.normalised != new.normalised:
                removed, added = _changed_words(old.text, new.text)
                yield Change("changed", new.key, _citations(library, old), _citations(library, new), removed, added)
            elif old.key != new.key:
                yield Change("renumbered", new.key, _citations(library, old), _citations(library, new))
        else:
            yield Change("added", new.key, after=_citations(library, new))
    for i in sorted(gone):
        yield Change("removed", before[i].key, _citations(library, before[i]))


def _align(before: list[_Clause], after: list[_Clause]) -> dict[int, int]:
    """Return ``{index after: index before}`` of the same clauses.

    Clauses are matched by the same number and wording first, then by the same number, then by similar wording.
    """
    partner: dict[int, int] = {}
    free = set(range(len(before)))

    def pair(place: int, other: int | None) -> None:
        if other is not None:
            partner[place] = other
            free.discard(other)

    for same in (_identical, _same_number):
        for place, new in enumerate(after):
            if place not in partner:
                pair(place, next((i for i in sorted(free) if same(before[i], new)), None))
    wordings = [one.normalised for one in before]
    for place, new in enumerate(after):
        if place not in partner:
            pair(place, _most_alike(new.normalised, {i: wordings[i] for i in free}))
    return partner


def _most_alike(text: str, others: dict[int, str]) -> int | None:
    """Return the index of the wording most similar to ``text``; None if none is similar enough.

    The cheap upper bounds of the ratio avoid most of the work.
    """
    matcher = SequenceMatcher(None, "", text, autojunk=False)
    best = (0.0, 0)
    for place, other in others.items():
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE:
            best = max(best, (matcher.ratio(), -place))
    return -best[1] if best[0] >= ALIKE else None


def _identical(old: _Clause, new: _Clause) -> bool:
    return old.key == new.key and old.normalised == new.normalised


def _same_number(old: _Clause, new: _Clause) -> bool:
    """Whether two clauses have the same number and are about the same thing.

    The wording counts too, because a number may now belong to another clause.
    """
    if old.key != new.key or not new.key:
        return False
    return SequenceMatcher(None, old.normalised, new.normalised, autojunk=False).ratio() >= ALIKE / 2


def _citations(library: Library, clause: _Clause) -> list[Citation]:
    return verify_citations(library, [cite(n, span) for n, span in enumerate(clause.spans, start=1)])


_WORDS = re.compile(r"[A-Za-z]+|\d[\d,.]*\d|\d|\s+|.")


def _changed_words(old: str, new: str) -> tuple[list[str], list[str]]:
    """Return the removed and the added words: whole numbers and Latin words, and single Chinese characters."""
    ours, theirs = _WORDS.findall(old), _WORDS.findall(new)
    removed, added = [], []
    for tag, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag != "equal":
            removed.append("".join(ours[a:b]).strip())
            added.append("".join(theirs[c:d]).strip())
    return [one for one in removed if one], [one for one in added if one]
