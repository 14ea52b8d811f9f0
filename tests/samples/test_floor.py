"""The demo from end to end, and the samples' scores against their stored floor (``data/samples/floor.json``)."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.cli import cli
from tests.samples.conftest import Demo

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
pytestmark = pytest.mark.slow


def _kb(demo: Demo, *arguments: str) -> Result:
    environment = {"KB_CACHE": str(demo.settings.cache), "KB_LOCALE": "en"}
    return CliRunner().invoke(cli, ["--data", str(demo.settings.data), *arguments], env=environment)


def test_the_demo_takes_in_everything_and_answers(demo: Demo) -> None:
    assert demo.exit_code == 0, demo.output
    assert "failed" not in demo.output
    assert demo.output.count("？ ") >= 4
    assert "《員工手冊》" in demo.output
    assert "Staff Handbook, clause" in demo.output
    assert "搵唔到" in demo.output, "the fourth question has no answer in the documents"
    assert "ingest handbook.pdf circulars/" in demo.output


def test_a_second_demo_takes_in_nothing_twice(demo: Demo) -> None:
    again = _kb(demo, "demo")
    assert again.exit_code == 0
    assert "indexed" not in again.output


def test_the_scores_hold_their_floor(demo: Demo) -> None:
    result = _kb(demo, "eval", "bench", "--quick", "--samples", str(SAMPLES))
    assert result.exit_code == 0, result.output


def test_the_library_is_in_order(demo: Demo) -> None:
    result = _kb(demo, "doctor")
    assert result.exit_code == 0, result.output
