"""The demo from end to end, and the samples' scores against their stored floor (``data/samples/floor.json``)."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.cli import cli
from kb.core.settings import Settings

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


@pytest.fixture(scope="module")
def shown(model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Result]:
    """The demo's data folder and what it printed."""
    settings = model_settings.model_copy(update={"data": tmp_path_factory.mktemp("demo")})
    return settings, _kb(settings, "demo")


def _kb(settings: Settings, *arguments: str) -> Result:
    environment = {"KB_CACHE": str(settings.cache), "KB_LOCALE": "en"}
    return CliRunner().invoke(cli, ["--data", str(settings.data), *arguments], env=environment)


def test_the_demo_takes_in_everything_and_answers(shown: tuple[Settings, Result]) -> None:
    _, result = shown
    assert result.exit_code == 0, result.output
    assert "failed" not in result.output
    assert result.output.count("？ ") >= 4
    assert "《員工手冊》" in result.output
    assert "Staff Handbook, clause" in result.output
    assert "搵唔到" in result.output, "the fourth question has no answer in the documents"
    assert "kb ingest" in result.output


def test_a_second_demo_takes_in_nothing_twice(shown: tuple[Settings, Result]) -> None:
    again = _kb(shown[0], "demo")
    assert again.exit_code == 0
    assert "indexed" not in again.output


def test_the_scores_hold_their_floor(shown: tuple[Settings, Result]) -> None:
    result = _kb(shown[0], "eval", "bench", "--quick", "--samples", str(SAMPLES))
    assert result.exit_code == 0, result.output


def test_the_library_is_in_order(shown: tuple[Settings, Result]) -> None:
    result = _kb(shown[0], "doctor")
    assert result.exit_code == 0, result.output
