"""Fits the levels of the claim checker: ``python -m eval.training.fit_checking --data …``.

``eval/training/claims/*.jsonl`` has passages of the samples with true and false sentences. The true ones state the
content of the passage in the three languages. The false ones have another figure, name or negation. A true sentence is
also a false claim about another passage of the same tenant. Half of the passages fit the levels; the other half
measures them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.checking import claim_checker as checking
from assistant.checking.claim_checker import Checked, Checker, Verdict
from assistant.checking.support_levels import Levels, level_of
from eval.datasets import json_lines
from eval.measures.answer_judge import is_quoted_in
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.passage import Passage, passage
from kb.search.retriever import Retriever
from kb.store import tenants

CLAIMS_FOLDER = Path(__file__).with_name("claims")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence about a passage, with the result of the checker.

    Attributes:
        kind: "true", "false", or "elsewhere" (a true sentence with another passage).
        half: 0 for fitting, 1 for measuring.
        level: "same" or "other", see :func:`assistant.checking.support_levels.level_of`.
    """

    text: str
    kind: str
    true: bool
    half: int
    level: str
    found: Checked


# Levels for fitting: the checker compares every claim, whatever its score.
ACCEPT_ALL: Levels = {name: {"terms": 0.5, "supported": 0.0, "unverified": 0.0} for name in ("same", "other")}


def check_claims(settings: Settings, levels: Levels) -> Iterator[Claim]:
    """Check all claims of the files: true ones, false ones, and true ones with passages of other documents."""
    for path in sorted(CLAIMS_FOLDER.glob("*.jsonl")):
        rows = [json.loads(line) for _, line in json_lines.lines(path)]
        for tenant in sorted({row["tenant"] for row in rows}):
            retriever = Retriever(settings, tenants.get(settings, tenant))
            of_tenant = [(row, _passage(retriever.library, row)) for row in rows if row["tenant"] == tenant]
            for index, (row, own) in enumerate(of_tenant):
                yield from _check_row(
                    retriever, levels, row, own, [of_tenant[index - back][1] for back in (1, 2, 3)], index % 2
                )


def _check_row(
    retriever: Retriever, levels: Levels, row: dict[str, Any], own: Passage, others: list[Passage], half: int
) -> Iterator[Claim]:
    for kind, text in [("true", one) for one in row["true"]] + [("false", one) for one in row["false"]]:
        found = Checker(retriever, [own], levels).check(text, [1])
        yield Claim(text, kind, kind == "true", half, level_of(text, own), found)
        for other in others if kind == "true" else []:
            if own.document == other.document:
                continue
            found = Checker(retriever, [other], levels).check(text, [1])
            yield Claim(text, "elsewhere", False, half, level_of(text, other), found)


def _passage(library: Library, row: dict[str, Any]) -> Passage:
    for document_version in library.documents():
        if document_version.document.name == row["document"]:
            for chunk in library.chunks_of(document_version.version.id):
                if is_quoted_in(row["evidence"], chunk.text):
                    return passage(chunk, document_version)
    raise LookupError(row["evidence"])


def match_scores(found: list[Claim], weight: float) -> list[tuple[float, bool]]:
    """Return (score, truth) of true claims with their own passage and with another one.

    ``weight`` is the share of the terms in the score; the cosine has the rest. False claims and claims with the verdict
    ``WRONG`` are left out: the levels do not decide them.
    """
    return [
        (weight * one.found.match.terms + (1.0 - weight) * one.found.match.cosine, one.true)
        for one in found
        if one.found.match and (one.kind == "elsewhere" or (one.true and one.found.verdict is not Verdict.WRONG))
    ]


def verdict_shares(found: list[Claim]) -> dict[str, dict[str, float]]:
    """Return ``{kind of claim: {verdict: share}}`` and the number of claims of each kind."""
    return {
        kind: {
            verdict.value: round(sum(one.found.verdict is verdict for one in some) / len(some), 3)
            for verdict in Verdict
        } | {"claims": len(some)}
        for kind in ("true", "false", "elsewhere")
        if (some := [one for one in found if one.kind == kind])
    }  # fmt: skip


# Maximum shares of the sentences about another passage: those accepted as supported, and those marked as unverified.
MAX_FALSE_SUPPORTED, MAX_FALSE_UNVERIFIED = 0.02, 0.08


def _fit(found: list[Claim]) -> dict[str, float]:
    """Return the lowest levels that respect both maximum shares, with the weight that accepts most true claims."""
    best: tuple[float, dict[str, float]] = (-1.0, {})
    for weight in (0.3, 0.4, 0.5, 0.6, 0.7):
        some = match_scores(found, weight)
        false_scores = sorted((score for score, true in some if not true), reverse=True)
        supported, unverified = (
            false_scores[int(len(false_scores) * share)] + 0.01 for share in (MAX_FALSE_SUPPORTED, MAX_FALSE_UNVERIFIED)
        )
        share_kept = sum(score >= unverified for score, true in some if true) / max(1, sum(true for _, true in some))
        levels = {"terms": weight, "supported": round(supported, 3), "unverified": round(unverified, 3)}
        best = max(best, (share_kept, levels), key=lambda pair: pair[0])
    return best[1]


def main() -> None:
    """Fit on the first half, print the results of both halves, and write the levels if asked."""
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="Data folder of `kb demo`.")
    parser.add_argument("--write", action="store_true", help="Keep the levels in assistant/checking/levels.json.")
    options = parser.parse_args()
    settings = Settings(data=options.data)
    first = [one for one in check_claims(settings, ACCEPT_ALL) if one.half == 0]
    levels = {name: _fit([one for one in first if one.level == name]) for name in ACCEPT_ALL}
    print(json.dumps(levels))
    found = list(check_claims(settings, levels))
    for half, name in ((0, "fitted on"), (1, "held out")):
        print(name, json.dumps(verdict_shares([one for one in found if one.half == half])))
    for one in found:
        if (one.true and not one.found.may_be_shown) or (not one.true and one.found.may_be_shown):
            print(f"  {one.kind} {one.found.verdict} {one.found.why} {one.found.what} {one.text}")
    if options.write:
        path = Path(checking.__file__).with_name("levels.json")
        path.write_text(json.dumps(levels, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
