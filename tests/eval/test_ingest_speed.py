"""`kb eval ingest`: the product, its embedding alone, and torch."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.commands.evaluate import evaluate
from eval.runs.speed.ingest_timing import StageTimer
from kb.cli import Context
from kb.core.settings import Settings

pytestmark = pytest.mark.slow


def test_side_by_side_in_one_run(settings: Settings, tmp_path: Path) -> None:
    paths = []
    for name in ("one", "two"):
        rules = (
            f"{number}. 第 {number} 項（{name}）：" + "員工須於限期前向主管遞交表格。" * 12 for number in range(1, 9)
        )
        paths.append(tmp_path / f"{name}.md")
        paths[-1].write_text("# 守則\n\n" + "\n\n".join(rules), encoding="utf-8")
    context = Context(settings.data)
    context.settings = settings
    arguments = ["ingest", *map(str, paths), "--repeat", "1", "--sample", "4", "--json"]
    result = CliRunner().invoke(evaluate, arguments, obj=context, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["files"] == ["one.md", "two.md"]
    assert found["chunks"] > found["torch_chunks"] >= 4
    product, alone, torch = found["systems"].values()
    # which is faster is for a quiet machine to tell; here the figures must hang together
    for row in (product, alone, torch):
        assert row["cpu_s"] > 0
        assert row["walls_s"] == [row["wall_s"]]
        assert row["chunks_per_s"] == pytest.approx(found["chunks"] / row["wall_s"], rel=0.05)
    assert all(0 < product["stages_s"][one] <= product["wall_s"] + 0.1 for one in ("read", "embed", "store"))
    assert found["ratios"]["of_embedding_alone"] == pytest.approx(alone["wall_s"] / product["wall_s"], rel=0.05)
    assert not settings.data.exists()


def test_stages_of_two_files_are_not_counted_twice() -> None:
    stages = StageTimer()
    for path in ("a", "b"):
        stages.report(path, "read", 0, None)
    time.sleep(0.1)
    stages.report("a", "read", 1, 2)
    stages.report("a", "embed", 0, 5)
    time.sleep(0.1)
    stages.finish("a")
    stages.finish("b")
    found = stages.seconds()
    assert found == {"read": pytest.approx(0.2, abs=0.05), "embed": pytest.approx(0.1, abs=0.05)}
