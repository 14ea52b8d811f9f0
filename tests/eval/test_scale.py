"""`kb eval scale`: the synthetic tenant is complete, and each size is measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli import cli
from kb.core.settings import Settings

pytestmark = pytest.mark.slow


def test_each_size_is_filled_and_timed(beir: Path, settings: Settings) -> None:
    arguments = ["--data", str(settings.data), "eval", "scale", str(beir), "--sizes", "40,250", "--json"]
    run = CliRunner().invoke(cli, arguments, env={"KB_CACHE": str(settings.cache)})
    assert run.exit_code == 0, run.output
    small, large = json.loads(run.output.splitlines()[-1])["sizes"]
    assert (small["chunks"], large["chunks"], large["documents"]) == (40, 250, 3)
    for one in (small, large):
        times = one["search_ms"]
        assert 0 < times["p50"] <= times["p95"] <= times["p99"] <= times["max"]
        assert one["memory_mb"] > 50
    assert large["disk_mb"] >= small["disk_mb"] > 0
    assert not list(settings.data.rglob("scale*")), "the synthetic tenant is removed"
