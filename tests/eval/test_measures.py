"""Measures against values computed by hand."""

from __future__ import annotations

from math import log2

import pytest

from eval.measures import retrieval_measures
from kb.core.errors import InputError

QRELS = {"a": {"d1": 2, "d2": 1}, "b": {"d3": 1}, "c": {"d4": 1}}
RUN = {"a": {"x": 3.0, "d1": 2.0, "d2": 1.0}, "b": {"d3": 1.0}}  # c is missing


def test_against_hand_computed_values() -> None:
    found = retrieval_measures.per_query(["nDCG@10", "RR@10", "R@2", "Success@1", "All@2", "All@3"], QRELS, RUN)
    gained = 2 / log2(3) + 1 / log2(4)
    best = 2 / log2(2) + 1 / log2(3)
    assert found["nDCG@10"]["a"] == pytest.approx(gained / best)
    assert found["RR@10"] == {"a": 0.5, "b": 1.0, "c": 0.0}
    assert found["R@2"]["a"] == 0.5
    assert found["Success@1"] == {"a": 0.0, "b": 1.0, "c": 0.0}
    assert found["All@2"]["a"] == 0.0
    assert found["All@3"]["a"] == 1.0


def test_a_missing_query_counts_zero_and_stays_in_the_mean() -> None:
    found = retrieval_measures.per_query(["RR@10"], QRELS, {})
    assert retrieval_measures.estimate(found["RR@10"].values()).as_dict() == {
        "mean": 0.0,
        "low": 0.0,
        "high": 0.0,
        "n": 3,
    }


@pytest.mark.parametrize("name", ["Nonsense@3", "nDCG@@", "__import__('os')", "All@"])
def test_unknown_measure_is_refused(name: str) -> None:
    with pytest.raises(InputError) as error:
        retrieval_measures.per_query([name], QRELS, RUN)
    assert error.value.code == "measure_unknown"


def test_interval_is_repeatable_and_as_wide_as_theory_says() -> None:
    values = [0.0, 1.0] * 50
    low, high = retrieval_measures.bootstrap(values)
    assert (low, high) == retrieval_measures.bootstrap(values)
    # standard error of the mean of 100 fair coins is 0.05
    assert low == pytest.approx(0.5 - 1.96 * 0.05, abs=0.02)
    assert high == pytest.approx(0.5 + 1.96 * 0.05, abs=0.02)


def test_paired_test_against_exact_values() -> None:
    # five differences of the same sign: 2 of the 2**5 sign patterns are as extreme
    assert retrieval_measures.paired_test([1.0] * 5, [0.0] * 5) == pytest.approx(2 / 32, abs=0.01)
    assert retrieval_measures.paired_test([0.3, 0.7], [0.3, 0.7]) == 1.0
    assert retrieval_measures.paired_test([1.0] * 30, [0.0] * 30) < 0.001
