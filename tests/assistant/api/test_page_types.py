"""The types that the pages' modules are checked with say what the API says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI

ROOT = Path(__file__).parents[3]
TYPES = (ROOT / "assistant/web/page-types.d.ts").read_text("utf-8")
WIRE = TYPES.partition("declare namespace Page")[0]
INTERFACES = {
    name: set(re.findall(r"^    (\w+)\??:", body, re.MULTILINE))
    for name, body in re.findall(r"^  interface (\w+)[^{]*\{\n(.*?)^  \}", WIRE, re.MULTILINE | re.DOTALL)
}


@pytest.mark.parametrize("name", INTERFACES)
def test_a_schema_of_the_api_has_all_fields(app: FastAPI, name: str) -> None:
    schemas = app.openapi()["components"]["schemas"].values()
    assert INTERFACES[name]
    assert any(INTERFACES[name] <= set(schema.get("properties", ())) for schema in schemas)
