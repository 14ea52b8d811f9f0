"""The regression test: scores on the samples must not be below stored minimum values (the floor)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["new_baseline", "scores_below"]

# The floor is this much below the current score, so that a change in one or two questions does not fail the test.
_TOLERANCE = 0.02
Floor = dict[str, dict[str, float]]


def scores_below(floor_file: Path, summaries: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a line for each score that is below its floor or missing, and each tenant with foreign passages.

    Args:
        floor_file: JSON ``{tenant: {measure: minimum value}}``.
        summaries: summaries of answer runs, by tenant.
    """
    floor: Floor = json.loads(floor_file.read_text(encoding="utf-8"))
    lines = []
    for tenant, minimums in floor.items():
        scores = _scores(summaries[tenant]) if tenant in summaries else {}
        for name, value in minimums.items():
            if name not in scores:
                lines.append(f"{tenant}: {name} was not measured (floor {value:.3f})")
            elif scores[name] < value:
                lines.append(f"{tenant}: {name} {scores[name]:.3f} is below {value:.3f}")
    return lines + [
        f"{tenant}: {one['foreign']:.0f} foreign passages" for tenant, one in summaries.items() if one["foreign"]
    ]


def new_baseline(summaries: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the content of a floor file from the current scores; "quote true" has no tolerance."""
    floor = {
        tenant: {
            name: round(value if name == "quote true" else max(0.0, value - _TOLERANCE), 3)
            for name, value in _scores(summary).items()
        }
        for tenant, summary in summaries.items()
    }
    return json.dumps(floor, ensure_ascii=False, indent=1) + "\n"


def _scores(summary: Mapping[str, Any]) -> dict[str, float]:
    scores = {name: float(value["mean"]) for name, value in summary["table"]["all"].items()}
    for key in ("precision", "recall"):
        value = summary["refusal"]["all"][key]
        if value is not None:
            scores[f"refusal {key}"] = float(value)
    return scores
