"""Measures of a run, with confidence intervals and a paired significance test.

``ir_measures`` computes the measures and defines their names ("nDCG@10", "R@5", "RR@10", "Success@1", …). We add one:
``All@k`` is 1 if every relevant document is among the first k (for example both language versions of a text). A query
that is missing from the run has the value 0 in every measure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from eval.datasets.trec_files import Run
from kb.core.errors import InputError, Misconfigured

__all__ = ["DEFAULT_MEASURES", "Values", "bootstrap", "estimate", "paired_test", "per_query"]

DEFAULT_MEASURES = ("nDCG@10", "RR@10", "R@5", "R@10", "Success@1")
SEED = 20261123
_RESAMPLES = 2000
_PERMUTATIONS = 10_000
_ALL_AT_K = re.compile(r"All@(\d+)")
Values = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over ``n`` queries with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float
    n: int

    def as_dict(self) -> dict[str, float]:
        return {key: round(value, 4) for key, value in asdict(self).items()}


def per_query(names: Sequence[str], qrels: Mapping[str, Mapping[str, int]], run: Run) -> Values:
    """Return ``{measure: {query id: value}}`` for every query of ``qrels``.

    Raises:
        InputError: ``measure_unknown``: ``ir_measures`` does not know the name.
        Misconfigured: ``extra_missing``: ``ir_measures`` is not installed.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise Misconfigured("extra_missing", package="sinzi[eval]") from error
    wanted = {}
    for name in names:
        all_at_k = _ALL_AT_K.fullmatch(name)
        try:
            wanted[name] = ir_measures.parse_measure(f"R@{all_at_k[1]}" if all_at_k else name)
        except (NameError, SyntaxError, ValueError, AttributeError, TypeError) as error:
            raise InputError("measure_unknown", measure=name) from error
    values: Values = {name: dict.fromkeys(qrels, 0.0) for name in names}
    judged = {query: dict(documents) for query, documents in qrels.items()}
    by_measure: dict[str, list[str]] = {}
    for name, measure in wanted.items():
        by_measure.setdefault(str(measure), []).append(name)
    for metric in ir_measures.iter_calc(list(set(wanted.values())), judged, {q: d for q, d in run.items() if d}):
        for name in by_measure[str(metric.measure)]:
            complete = float(metric.value >= 1 - 1e-9)
            if metric.query_id in qrels:
                values[name][metric.query_id] = complete if _ALL_AT_K.fullmatch(name) else float(metric.value)
    return values


def bootstrap(values: Sequence[float], resamples: int = _RESAMPLES) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of the mean (Efron & Tibshirani 1993, ch. 13).

    The seed is fixed, so the same values give the same interval.
    """
    array: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    if array.size == 0:
        return (0.0, 0.0)
    generator = np.random.default_rng(SEED)
    step = max(1, 2_000_000 // array.size)
    means = [
        array[generator.integers(0, array.size, (min(step, resamples - start), array.size))].mean(axis=1)
        for start in range(0, resamples, step)
    ]
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return float(low), float(high)


def estimate(values: Iterable[float]) -> Estimate:
    """Return the mean of ``values`` with its interval; all zero if there are none."""
    listed = list(values)
    low, high = bootstrap(listed)
    return Estimate(float(np.mean(listed)) if listed else 0.0, low, high, len(listed))


def paired_test(first: Sequence[float], second: Sequence[float], permutations: int = _PERMUTATIONS) -> float:
    """Return the two-sided p-value of Fisher's randomisation test on the mean difference of paired values.

    Smucker, Allan & Carterette (CIKM 2007) recommend this test for retrieval. The seed is fixed.
    """
    difference = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    difference = difference[difference != 0]
    if difference.size == 0:
        return 1.0
    generator = np.random.default_rng(SEED)
    observed = abs(difference.sum()) - 1e-12
    step = max(1, 4_000_000 // difference.size)
    extreme = 0
    for start in range(0, permutations, step):
        signs = generator.integers(0, 2, (min(step, permutations - start), difference.size)) * 2 - 1
        extreme += int(np.count_nonzero(np.abs(signs @ difference) >= observed))
    return (extreme + 1) / (permutations + 1)
