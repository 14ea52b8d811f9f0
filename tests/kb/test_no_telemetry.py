"""The libraries' reporting is off before any of them is imported, whatever the environment says.

That nothing leaves is recorded in ``tests/test_no_connections.py``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kb.core.no_telemetry import OPT_OUTS, REMOVED

ROOT = Path(__file__).parents[2]
FLOORS = ("kb", "ingest", "assistant", "eval")
# What an environment may hold that wants to report.
REPORTING = {
    **dict.fromkeys(OPT_OUTS, ""),
    "ORT_DISABLE_TELEMETRY": "0",
    "ANONYMIZED_TELEMETRY": "True",
    "CHROMA_OTEL_GRANULARITY": "all",
    "HF_HUB_OFFLINE": "0",
    "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
    **dict.fromkeys(REMOVED, "true"),
}
LOOK = """
import json, os, subprocess, sys
before = set(sys.modules)
{statement}
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}} - set(sys.stdlib_module_names)
child = subprocess.run([sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"],
                       capture_output=True, check=True)
print(json.dumps({{"loaded": sorted(loaded), "own": dict(os.environ), "child": json.loads(child.stdout)}}))
"""


def _look(statement: str) -> dict[str, Any]:
    command = [sys.executable, "-c", LOOK.format(statement=statement)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **REPORTING}, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("floor", FLOORS)
def test_importing_a_floor_switches_reporting_off_and_loads_no_library_before(floor: str) -> None:
    found = _look(f"import {floor}")
    assert set(found["loaded"]) <= set(FLOORS)
    for environment in (found["own"], found["child"]):
        assert {name: environment.get(name) for name in OPT_OUTS} == OPT_OUTS
        assert not set(REMOVED) & set(environment)


@pytest.mark.parametrize("floor", FLOORS)
def test_it_is_the_first_thing_that_a_floor_does(floor: str) -> None:
    """Whichever module of a floor is imported first, Python runs the floor's ``__init__`` before it."""
    text = (ROOT / floor / "__init__.py").read_text(encoding="utf-8")
    first = next(line for line in text.partition('"""\n')[2].splitlines() if re.match(r"(import|from) ", line))
    assert first.startswith(("import kb ", "from kb.core import no_telemetry"))


def test_the_libraries_understand_the_variables() -> None:
    """Names and values are those that the installed releases look at."""
    found = _look(
        "import kb, chromadb.config, huggingface_hub.constants as hub, unstructured.utils as unstructured\n"
        "from fastapi import FastAPI\n"
        "chroma = chromadb.config.Settings()\n"
        "assert unstructured._telemetry_opt_out()\n"
        "assert hub.HF_HUB_OFFLINE and hub.HF_HUB_DISABLE_TELEMETRY\n"
        "assert not chroma.anonymized_telemetry and chroma.chroma_otel_granularity == 'none'\n"
        "assert not FastAPI()._telemetry['auto_configure']"
    )
    assert {"chromadb", "fastapi", "huggingface_hub", "unstructured"} <= set(found["loaded"])


def test_the_documentation_lists_every_variable() -> None:
    page = (ROOT / "docs" / "decisions" / "0017-no-telemetry.md").read_text(encoding="utf-8")
    assert [name for name in (*OPT_OUTS, *REMOVED) if f"`{name}`" not in page] == []
