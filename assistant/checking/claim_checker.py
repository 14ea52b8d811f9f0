"""Is a generated sentence true to the passages it cites?

A sentence is **wrong** when a figure, a date, a name or a negation in it is not its source's; **unsupported** when no
passage speaks of what it speaks of; **unverified** between that and **supported**. Levels lie in ``levels.json``;
``python -m eval.training.fit_checking`` makes them from claims true and false.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.checking import figure_claims
from assistant.checking.named_things import swapped_names, unknown_names
from assistant.checking.polarity import agree, clauses, modes
from assistant.checking.support import Match, Support, spoken
from assistant.checking.support_levels import Levels, Verdict, level_of, levels, verdict
from assistant.evidence.question_terms import word_set
from assistant.evidence.quotable_spans import QuotableSpan, whole
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["Checked", "Checker", "Verdict"]

# Units whose score comes this near to the best one's may be what the claim stands on.
NEAR = 0.85
# A clause of the source is what a clause of the claim is held against from this share of its terms on.
SAME_MATTER = 0.34
# A figure is misplaced where its own clause shares less than this of what another clause shares with the claim's.
MISPLACED = 0.4


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence with its verdict.

    Attributes:
        why: of a wrong sentence: "figures", "names", "negation"; what does not agree in ``what``.
        match: the unit it stands on, with what they have in common; None where there are no passages.
    """

    text: str
    verdict: Verdict
    why: str = ""
    what: tuple[str, ...] = ()
    match: Match | None = None

    @property
    def kept(self) -> bool:
        return self.verdict in (Verdict.SUPPORTED, Verdict.UNVERIFIED)


class Checker:
    """Checks the sentences of one answer against the passages the model was given."""

    def __init__(self, retriever: Retriever, passages: list[Passage], levels_: Levels | None = None) -> None:
        self._passages = passages
        self._levels = levels_ or levels()
        self._support = Support(retriever, passages)

    def check(self, sentence: str, cited: list[int]) -> Checked:
        """Check a sentence without its markers.

        Args:
            cited: numbers of the passages it names, from 1. Where they do not carry it, another passage may: the
                sentence then gets the citation it should have had.
        """
        named = [self._passages[n - 1] for n in cited if 0 < n <= len(self._passages)]
        others = [one for one in self._passages if one not in named]
        best: Checked | None = None
        for passage in [*named, *others]:
            found = self._against(sentence, passage)
            if found.verdict is Verdict.SUPPORTED:
                return found
            if best is None or _score(found) > _score(best):
                best = found  # the nearest passage decides: what it contradicts, a vaguer one does not mend
        return best or Checked(sentence, Verdict.UNSUPPORTED)

    def _against(self, sentence: str, passage: Passage) -> Checked:
        matches = self._support.best(sentence, passage)
        if not matches:
            return Checked(sentence, Verdict.UNSUPPORTED)
        best = matches[0]
        near = [one for one in matches if one.score >= NEAR * best.score]
        about = verdict(best, self._levels[level_of(sentence, passage)])
        if about is Verdict.UNSUPPORTED:
            return Checked(sentence, about, match=best)
        head = _head(passage)
        missing = self._figures(sentence, matches, head)
        if missing:
            return Checked(sentence, Verdict.WRONG, "figures", tuple(missing), best)
        foreign = unknown_names(sentence, f"{head}\n{passage.text}", self._support.is_word)
        foreign += swapped_names(sentence, f"{head}\n{whole(best.unit).text}")
        if foreign:
            return Checked(sentence, Verdict.WRONG, "names", tuple(foreign), best)
        turned = self._turned(sentence, near)
        if turned:
            return Checked(sentence, Verdict.WRONG, "negation", tuple(turned), best)
        return Checked(sentence, about, match=best)

    def _figures(self, sentence: str, matches: list[Match], head: str) -> list[str]:
        """Return the figures of the sentence that do not stand where its source speaks of the same matter."""
        missing: list[str] = []
        for clause in clauses(sentence):
            claimed = figure_claims.claimed(clause)
            near = self._nearest(clause, matches)
            texts = [f"{head}\n{_numbered(one.unit)}" for one in near]
            lacking: list[set[str]] = [claimed - figure_claims.held(text) for text in texts]
            missing += sorted(sorted(lacking, key=len)[0])
            bounds = [
                figure_claims.opposed(clause, text) for text, less in zip(texts, lacking, strict=True) if not less
            ]
            missing += sorted(set.intersection(*bounds)) if bounds else []
            if claimed and not missing and all(self._misplaced(clause, claimed, one.unit) for one in near):
                missing += sorted(claimed)
        return missing

    def _nearest(self, clause: str, matches: list[Match]) -> list[Match]:
        """Return the units that may be what a clause stands on: by its own terms, or by the whole sentence."""
        concepts = self._support.concepts(clause)
        shares = [spoken(concepts, word_set(whole(one.unit).text)) for one in matches]
        most = max(shares)
        return [
            one
            for one, share in zip(matches, shares, strict=True)
            if one.score >= NEAR * matches[0].score or (most and share >= NEAR * most)
        ]

    def _misplaced(self, clause: str, claimed: set[str], unit: QuotableSpan) -> bool:
        """Whether the unit gives the figures to another matter: 30 minutes to examine, not to inform."""
        concepts = self._support.concepts(clause)
        parts = clauses(whole(unit).text)
        if len(parts) < 2 or not concepts or unit.is_row:
            return False
        shares = [spoken(concepts, word_set(part)) for part in parts]
        own = [share for share, part in zip(shares, parts, strict=True) if claimed & figure_claims.held(part)]
        return bool(own) and max(own) < MISPLACED * max(shares)

    def _turned(self, sentence: str, near: list[Match]) -> list[str]:
        """Return the clauses of the sentence that say may not for may, or the like."""
        source = [part for one in near for part in clauses(whole(one.unit).text)]
        turned = []
        for clause in clauses(sentence):
            concepts, claimed = self._support.concepts(clause), figure_claims.claimed(clause)
            # a clause with a figure speaks of the clauses that have it, where there are any
            mine = [part for part in source if claimed & figure_claims.held(part)] or source
            shares = [spoken(concepts, word_set(part)) for part in mine]
            most = max(shares, default=0.0)
            if most < SAME_MATTER:
                continue
            same = [modes(part) for share, part in zip(shares, mine, strict=True) if share >= NEAR * most]
            if not any(agree(modes(clause), theirs) for theirs in same):
                turned.append(clause)
        return turned


def _score(found: Checked) -> float:
    return found.match.score if found.match else 0.0


def _numbered(unit: QuotableSpan) -> str:
    """A unit's paragraph under the number of its clause, which many formats do not have in the text."""
    clause = unit.passage.clause_at(unit.start)
    return f"第{clause}條\n{whole(unit).text}" if clause else whole(unit).text


def _head(passage: Passage) -> str:
    """What stands over every unit of a passage; a table's first row is its heading."""
    dates = [day.isoformat() for day in (passage.effective_from, passage.effective_to) if day]
    first = passage.text.split("\n", 1)[0]
    return "\n".join([passage.document, passage.title, *passage.heading_path, *dates, first if "\t" in first else ""])
