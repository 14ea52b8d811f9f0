"""Checks a generated sentence against the passages that it cites.

A sentence is **wrong** if a figure, a date, a name or a negation in it differs from its source, if it says the opposite
(after for before, a copy for the original), or if it drops a condition or an exception of the source. It is
**unsupported** if no passage is about the same thing. It is **unverified** if the score is between unsupported and
**supported**.
``levels.json`` has the levels; ``python -m eval.training.fit_checking`` fits them to true and false claims.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.checking import figure_claims
from assistant.checking.named_things import swapped_names, unknown_names
from assistant.checking.opposites import opposite_words
from assistant.checking.polarity import agree, clauses, modes
from assistant.checking.provisos import lost_provisos, nearest_sentences
from assistant.checking.support import Match, Support, concept_coverage
from assistant.checking.support_levels import Levels, Verdict, level_of, levels, verdict
from assistant.evidence.question_terms import word_set
from assistant.evidence.quotable_spans import QuotableSpan, whole
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["Checked", "Checker", "Verdict"]

# A span may be the source of a claim if its score is at least this share of the best span's.
NEAR = 0.85
# A clause of the claim is compared with clauses of the source that mention at least this share of its terms.
SAME_MATTER = 0.34
# A figure is misplaced if its own clause of the source mentions less than this share of the terms of the claim that
# another clause mentions.
MISPLACED = 0.4


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence with its verdict.

    Attributes:
        why: the reason for "wrong": "figures", "names", "negation", "opposite", "proviso", or "language"; ``""`` for
            other verdicts.
        what: the figures, names or clauses that are wrong.
        match: the span that supports it, with their similarity; None where there are no passages.
    """

    text: str
    verdict: Verdict
    why: str = ""
    what: tuple[str, ...] = ()
    match: Match | None = None

    @property
    def may_be_shown(self) -> bool:
        """Whether a reader may see the sentence: it is supported or unverified."""
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
            cited: numbers of the passages that it cites, from 1. If they do not support it but another passage does,
                the match is in that passage, and the sentence gets the right citation.
        """
        named = [self._passages[n - 1] for n in cited if 0 < n <= len(self._passages)]
        others = [one for one in self._passages if one not in named]
        best: Checked | None = None
        for passage in [*named, *others]:
            found = self._check_against(sentence, passage)
            if found.verdict is Verdict.SUPPORTED:
                return found
            if best is None or _score(found) > _score(best):
                best = found  # the most similar passage decides: a less similar one cannot overrule it
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
        for why, find in self._contradictions(sentence, passage, matches, near):
            if wrong := find():
                return Checked(sentence, Verdict.WRONG, why, tuple(wrong), best)
        return Checked(sentence, level_verdict, match=best)

    def _contradictions(
        self, sentence: str, passage: Passage, matches: list[Match], near: list[Match]
    ) -> Iterator[tuple[str, Callable[[], list[str]]]]:
        """Yield the reason of each check with a function for what is wrong by it."""
        heading_text, best = _heading_text(passage), matches[0]

        def wrong_names() -> list[str]:
            unknown = unknown_names(sentence, f"{heading_text}\n{passage.text}", self._support.is_word)
            return unknown + swapped_names(sentence, f"{heading_text}\n{whole(best.span).text}")

        yield "figures", lambda: self._wrong_figures(sentence, matches, heading_text)
        yield "names", wrong_names
        yield "negation", lambda: self._reversed_clauses(sentence, near)
        yield "opposite", lambda: self._opposites(sentence, near)
        yield "proviso", lambda: self._lost_provisos(sentence, best)

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
        """Return the spans that may be the source of a clause: by the clause's terms, or by the sentence's score."""
        concepts = self._support.concepts(clause)
        shares = [concept_coverage(concepts, word_set(whole(one.span).text)) for one in matches]
        most = max(shares)
        return [
            one
            for one, share in zip(matches, shares, strict=True)
            if one.score >= NEAR * matches[0].score or (most and share >= NEAR * most)
        ]

    def _misplaced(self, clause: str, claimed: set[str], span: QuotableSpan) -> bool:
        """Whether the span has the figures, but for something else: 30 minutes to examine, not to inform."""
        concepts = self._support.concepts(clause)
        parts = clauses(whole(span).text)
        if len(parts) < 2 or not concepts or span.is_row:
            return False
        shares = [concept_coverage(concepts, word_set(part)) for part in parts]
        own = [share for share, part in zip(shares, parts, strict=True) if claimed & figure_claims.source_figures(part)]
        return bool(own) and max(own) < MISPLACED * max(shares)

    def _opposites(self, sentence: str, near: list[Match]) -> list[str]:
        """Return the words of the sentence whose opposite the source has in every clause about the same matter."""
        source = [part for one in near for part in clauses(whole(one.span).text)]
        found: list[str] = []
        for clause in clauses(sentence):
            same = self._same_matter(clause, source)
            swapped = [opposite_words(clause, part) for part in same]
            found += swapped[0] if swapped and all(swapped) else []
        return found

    def _lost_provisos(self, sentence: str, best: Match) -> list[str]:
        """Return the conditions and exceptions that the sentence of the source has and the claim drops."""
        concepts, words = self._support.concepts(sentence), word_set(sentence)
        source = nearest_sentences(whole(best.span).text, lambda part: concept_coverage(concepts, word_set(part)))

        def kept(condition: str) -> float | None:
            terms = self._support.concepts(condition)
            return concept_coverage(terms, words) if terms else None

        return [one for part in source for one in lost_provisos(sentence, part, kept)]

    def _same_matter(self, clause: str, source: list[str]) -> list[str]:
        """Return the clauses of the source that a clause of a claim is compared with; none where no one is alike."""
        concepts, claimed = self._support.concepts(clause), figure_claims.claimed_figures(clause)
        # a clause with a figure is compared with the clauses that have the figure, if there are any
        compared = [part for part in source if claimed & figure_claims.source_figures(part)] or source
        shares = [concept_coverage(concepts, word_set(part)) for part in compared]
        most = max(shares, default=0.0)
        if most < SAME_MATTER:
            return []
        return [part for share, part in zip(shares, compared, strict=True) if share >= NEAR * most]

    def _reversed_clauses(self, sentence: str, near: list[Match]) -> list[str]:
        """Return the clauses of the sentence whose mode contradicts the source, such as "may not" for "may"."""
        source = [part for one in near for part in clauses(whole(one.span).text)]
        reversed_clauses = []
        for clause in clauses(sentence):
            same = self._same_matter(clause, source)
            if same and not any(agree(modes(clause), modes(part)) for part in same):
                reversed_clauses.append(clause)
        return reversed_clauses


def _score(found: Checked) -> float:
    return found.match.score if found.match else 0.0


def _with_clause_number(span: QuotableSpan) -> str:
    """Return the quotable paragraph of a span below its clause number, which in many formats is not in the text."""
    clause = span.passage.clause_at(span.start)
    return f"第{clause}條\n{whole(span).text}" if clause else whole(span).text


def _heading_text(passage: Passage) -> str:
    """Return the text that is valid for every span of a passage: names, headings, dates, the header row of a table."""
    dates = [day.isoformat() for day in (passage.effective_from, passage.effective_to) if day]
    first = passage.text.split("\n", 1)[0]
    return "\n".join([passage.document, passage.title, *passage.heading_path, *dates, first if "\t" in first else ""])
