"""The OpenAPI document: does it read well, and is it true?

``test_the_service_keeps_its_word`` lets schemathesis call every operation with what the document allows and with what
it forbids. How many examples: ``SCHEMATHESIS_EXAMPLES`` (default 3, always the same ones; ``make schemathesis`` looks
longer, at others each time).
"""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.generation.case import Case
from schemathesis.schemas import BaseSchema

from assistant.api.auth.dependencies import COOKIE
from assistant.api.http.openapi_document import operations
from kb.core.settings import Settings
from kb.people import accounts, sessions
from kb.people.access import Ability
from tests.helpers.running_server import new_api_key
from tests.helpers.service import ClientOf

pytestmark = pytest.mark.slow

# What the document allows may still be refused for what it says (400: a question of spaces, a date before another),
# for who calls, for what is not there or stands against it; 422 is for what the document forbids, and for nothing else.
UNDERSTOOD = ["2xx", "3xx", "400", "401", "403", "404", "409", "429", "503"]
REFUSED = ["400", "401", "403", "404", "405", "409", "413", "415", "422", "429", "503"]
# Whether each card's id is there once, and an organisation's own card has an example, is looked at with its shape; a
# file that cannot be read is 422 too.
WITH_CONTENT = ("/api/v1/tenants/{tenant}/settings/cards", "/api/v1/tenants/{tenant}/test-sets/import")
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "3"))
ALWAYS_THE_SAME = "SCHEMATHESIS_EXAMPLES" not in os.environ
# Not looked at: one address can match two templates; who may call has a test of its own. 503 is an answer: here no
# files are taken in.
OTHERS = (
    "missing_required_header",
    "ignored_auth",
    "object_level_authorization",
    "unsupported_method",
    "allow_header_conformance",
)


@pytest.fixture(scope="module")
def service_settings(service_settings: Settings) -> Settings:
    """Many questions a minute: here the answers matter, not how many there are."""
    many = {"questions_per_minute": 10_000, "tenant_questions_per_minute": 100_000}
    return service_settings.model_copy(update=many)


def test_a_wrong_method_is_told_the_right_ones(client: ClientOf) -> None:
    answer = client("none").put("/api/v1/me")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, PATCH"


@pytest.fixture(scope="module")
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def each(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{method.upper()} {path}", operation) for path, method, operation in operations(document)]


def test_every_operation_has_a_name_a_group_and_a_summary(document: dict[str, Any]) -> None:
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    poor = [
        address
        for address, operation in each(document)
        if not re.fullmatch(r"[a-z][a-z0-9_]{3,60}", operation["operationId"])
        or not 5 <= len(operation.get("summary", "")) <= 80
        or not operation.get("tags")
        or not set(operation["tags"]) <= described
    ]
    assert poor == []
    names = [operation["operationId"] for _, operation in each(document)]
    assert len(names) == len(set(names))


def test_every_operation_documents_its_errors_in_the_one_shape(document: dict[str, Any]) -> None:
    poor = []
    for address, operation in each(document):
        failures = {status: response for status, response in operation["responses"].items() if status >= "400"}
        if "security" in operation and not {"401", "403", "405"} <= set(failures):
            poor.append(f"{address}: nothing of who may not call")
        if ("{" in address) and "404" not in failures:
            poor.append(f"{address}: nothing of what is not there")
        shape = "FaultBody" if "/v1/" in address and "/api/" not in address else "ErrorBody"
        for status, response in failures.items():
            schema = response.get("content", {}).get("application/json", {}).get("schema", {})
            if schema and not str(schema.get("$ref", "")).endswith((f"/{shape}", "/Readiness")):
                poor.append(f"{address}: {status} has a shape of its own")
    assert poor == []


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    def shown(schema: dict[str, Any]) -> bool:
        schema = schemas[schema["$ref"].rsplit("/", maxsplit=1)[-1]] if "$ref" in schema else schema
        if "example" in schema or "examples" in schema or "enum" in schema or "const" in schema or "default" in schema:
            return True
        if schema.get("type") in ("boolean", "integer") or schema.get("format"):
            return True
        parts = [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())]
        if parts:
            return any(shown(one) for one in parts)
        required = [schema["properties"][name] for name in schema.get("required", ())]
        return "properties" in schema and all(shown(one) for one in required)

    poor = [
        address
        for address, operation in each(document)
        for kind, body in operation.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json" and not shown(body["schema"])
    ]
    assert poor == []


def test_it_says_which_version_of_openapi_and_where(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["servers"][0]["url"] == "/"
    assert set(document["components"]["securitySchemes"]) == {"key", "session"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


def shows_itself(settings: Settings) -> type:
    """Return who calls: an owner's session, opened again where an operation has ended it, and a key for ``/v1``."""
    owner = accounts.by_email(settings, "owner@harmony.example")
    assert owner is not None
    key = new_api_key(settings, abilities=tuple(one for one in Ability if one is not Ability.MANAGE))

    class Owner:
        token = sessions.start(settings, owner.id)

        def get(self, case: Case, context: Any) -> str:
            if sessions.find(settings, self.token) is None:
                self.token = sessions.start(settings, owner.id)
            return key if case.path.startswith("/v1/") else self.token

        def set(self, case: Case, data: str, context: Any) -> None:
            if data == key:
                case.headers["Authorization"] = f"Bearer {data}"
                return
            found = sessions.find(settings, data)
            assert found is not None
            case.headers["X-CSRF-Token"] = found.csrf
            case.cookies[COOKIE] = data

    return Owner


def described(app: FastAPI, settings: Settings) -> BaseSchema:
    """Return the document as schemathesis reads it."""
    generation = {
        "max-examples": EXAMPLES,
        "deterministic": ALWAYS_THE_SAME,
        "no-shrink": True,
        "with-security-parameters": False,
        "database": "none",
    }
    config = schemathesis.Config.from_dict(
        {
            "parameters": {"path.tenant": "harmony"},
            "generation": generation,
            "checks": {name: {"enabled": False} for name in OTHERS}
            | {
                "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
                "positive_data_acceptance": {"expected-statuses": UNDERSTOOD},
                "negative_data_rejection": {"expected-statuses": REFUSED},
            },
            "operations": [
                {
                    "include-path": path,
                    "checks": {"positive_data_acceptance": {"expected-statuses": [*UNDERSTOOD, "422"]}},
                }
                for path in WITH_CONTENT
            ],
            "phases": {"stateful": {"enabled": False}},
            "continue-on-failure": True,
        }
    )
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, config=config)
    schema.auth(refresh_interval=None)(shows_itself(settings))
    return schema


def test_the_service_keeps_its_word(app: FastAPI, service_settings: Settings) -> None:
    breaches: dict[str, str] = {}
    tried = set()
    for event in from_schema(described(app, service_settings)).execute():
        if isinstance(event, ScenarioFinished):
            tried.add(event.recorder.label)
            breaches |= told(event)
        elif isinstance(event, NonFatalError | FatalError):
            breaches[str(getattr(event, "value", event))] = ""
    assert tried >= {address for address, _ in each(app.openapi())}
    if breaches:
        pytest.fail("\n\n".join(f"{title}\n{text}" for title, text in sorted(breaches.items())), pytrace=False)


def told(event: ScenarioFinished) -> dict[str, str]:
    """Return what went wrong, ``{operation and kind: the first request that showed it}``."""
    found = {}
    for case, checks in event.recorder.checks.items():
        answer = event.recorder.interactions[case].response
        received = f"{answer.status_code} {answer.content[:300]!r}" if answer is not None else "no answer"
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                title = f"{failure.operation}: {failure.title} ({check.name})"
                sample = check.failure_info.code_sample.replace("http://testserver", "")
                found.setdefault(title, f"  {failure.message[:300]}\n  {sample[:300]}\n  {received}")
    return found
