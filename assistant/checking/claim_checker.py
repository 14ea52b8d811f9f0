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
from assistant.checking.support import Match, Support, concept_coverage
from assistant.checking.support_levels import Levels, Verdict, level_of, levels, verdict
from assistant.evidence.question_terms import word_set
from assistant.evidence.quotable_spans import QuotableSpan, whole
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["Checked", "Checker", "Verdict"]

# Spans whose score comes this near to the best one's may be what the claim stands on.
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
        match: the span it stands on, with what they have in common; None where there are no passages.
    """

    text: str
    verdict: Verdict
    why: str = ""
    what: tuple[str, ...] = ()
    match: Match | None = None

    @property
    def may_be_shown(self) -> bool:
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
            found = self._check_against(sentence, passage)
            if found.verdict is Verdict.SUPPORTED:
                return found
            if best is None or _score(found) > _score(best):
                best = found  # the nearest passage decides: what it contradicts, a vaguer one does not mend
        return best or Checked(sentence, Verdict.UNSUPPORTED)

    def _check_against(self, sentence: str, passage: Passage) -> Checked:
        matches = self._support.best(sentence, passage)
        if not matches:
            return Checked(sentence, Verdict.UNSUPPORTED)
        best = matches[0]
        near = [one for one in matches if one.score >= NEAR * best.score]
        level_verdict = verdict(best, self._levels[level_of(sentence, passage)])
        if level_verdict is Verdict.UNSUPPORTED:
            return Checked(sentence, level_verdict, match=best)
        heading_text = _heading_text(passage)
        wrong_figures = self._wrong_figures(sentence, matches, heading_text)
        if wrong_figures:
            return Checked(sentence, Verdict.WRONG, "figures", tuple(wrong_figures), best)
        wrong_names = unknown_names(sentence, f"{heading_text}\n{passage.text}", self._support.is_word)
        wrong_names += swapped_names(sentence, f"{heading_text}\n{whole(best.span).text}")
        if wrong_names:
            return Checked(sentence, Verdict.WRONG, "names", tuple(wrong_names), best)
        reversed_clauses = self._reversed_clauses(sentence, near)
        if reversed_clauses:
            return Checked(sentence, Verdict.WRONG, "negation", tuple(reversed_clauses), best)
        return Checked(sentence, level_verdict, match=best)

    def _wrong_figures(self, sentence: str, matches: list[Match], heading_text: str) -> list[str]:
        """Return the figures of the sentence that its source does not give for the same matter."""
        wrong: list[str] = []
        for clause in clauses(sentence):
            claimed = figure_claims.claimed_figures(clause)
            near = self._nearest_spans(clause, matches)
            sources = [f"{heading_text}\n{_with_clause_number(one.span)}" for one in near]
            missing = [claimed - figure_claims.source_figures(source) for source in sources]
            wrong += sorted(sorted(missing, key=len)[0])
            complete = [source for source, lacking in zip(sources, missing, strict=True) if not lacking]
            bounds = [figure_claims.opposite_bounds(clause, source) for source in complete]
            wrong += sorted(set.intersection(*bounds)) if bounds else []
            if claimed and not wrong and all(self._misplaced(clause, claimed, one.span) for one in near):
                wrong += sorted(claimed)
        return wrong

    def _nearest_spans(self, clause: str, matches: list[Match]) -> list[Match]:
        """Return the spans that may be what a clause stands on: by its own terms, or by the whole sentence."""
        concepts = self._support.concepts(clause)
        shares = [concept_coverage(concepts, word_set(whole(one.span).text)) for one in matches]
        most = max(shares)
        return [
            one
            for one, share in zip(matches, shares, strict=True)
            if one.score >= NEAR * matches[0].score or (most and share >= NEAR * most)
        ]

    def _misplaced(self, clause: str, claimed: set[str], span: QuotableSpan) -> bool:
        """Whether the span gives the figures to another matter: 30 minutes to examine, not to inform."""
        concepts = self._support.concepts(clause)
        parts = clauses(whole(span).text)
        if len(parts) < 2 or not concepts or span.is_row:
            return False
        shares = [concept_coverage(concepts, word_set(part)) for part in parts]
        own = [share for share, part in zip(shares, parts, strict=True) if claimed & figure_claims.source_figures(part)]
        return bool(own) and max(own) < MISPLACED * max(shares)

    def _reversed_clauses(self, sentence: str, near: list[Match]) -> list[str]:
        """Return the clauses of the sentence that say may not for may, or the like."""
        source = [part for one in near for part in clauses(whole(one.span).text)]
        reversed_clauses = []
        for clause in clauses(sentence):
            concepts, claimed = self._support.concepts(clause), figure_claims.claimed_figures(clause)
            # a clause with a figure speaks of the clauses that have it, where there are any
            compared = [part for part in source if claimed & figure_claims.source_figures(part)] or source
            shares = [concept_coverage(concepts, word_set(part)) for part in compared]
            most = max(shares, default=0.0)
            if most < SAME_MATTER:
                continue
            same = [modes(part) for share, part in zip(shares, compared, strict=True) if share >= NEAR * most]
            if not any(agree(modes(clause), theirs) for theirs in same):
                reversed_clauses.append(clause)
        return reversed_clauses


def _score(found: Checked) -> float:
    return found.match.score if found.match else 0.0


def _with_clause_number(span: QuotableSpan) -> str:
    """A span's paragraph under the number of its clause, which many formats do not have in the text."""
    clause = span.passage.clause_at(span.start)
    return f"第{clause}條\n{whole(span).text}" if clause else whole(span).text


def _heading_text(passage: Passage) -> str:
    """What stands over every span of a passage; a table's first row is its heading."""
    dates = [day.isoformat() for day in (passage.effective_from, passage.effective_to) if day]
    first = passage.text.split("\n", 1)[0]
    return "\n".join([passage.document, passage.title, *passage.heading_path, *dates, first if "\t" in first else ""])
