"""A test that cannot run is skipped on a desk and fails in continuous integration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.skips import missing, module_or_missing

HERE = Path(__file__)


def test_on_a_desk_it_is_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        missing("no browser")
    with pytest.raises(pytest.skip.Exception, match="no model"):
        module_or_missing("a_module_that_is_not_there", "no model")


def test_in_continuous_integration_it_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no browser"):
        missing("no browser")
    with pytest.raises(pytest.fail.Exception, match="no model"):
        module_or_missing("a_module_that_is_not_there", "no model")


def test_what_is_there_is_given() -> None:
    assert module_or_missing("re", "") is re


def test_no_other_test_skips_by_itself() -> None:
    own = {HERE, HERE.parent / "helpers" / "skips.py"}
    texts = {path: path.read_text(encoding="utf-8") for path in HERE.parent.rglob("*.py") if path not in own}
    assert [path for path, text in texts.items() if re.search(r"pytest\.skip\(|importorskip|mark\.skip\b", text)] == []
    # A platform is no part that could be installed.
    conditions = [found for text in texts.values() for found in re.findall(r"mark\.skipif\((.{20})", text)]
    assert all(condition.startswith("sys.platform") for condition in conditions)
