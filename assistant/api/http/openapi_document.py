"""Build the OpenAPI document: names of operations, described tags, who may call, and only errors that can happen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from kb.core.settings import Settings

__all__ = ["install", "operation_id"]

_METHODS = ("get", "put", "post", "delete", "patch")


def operation_id(route: APIRoute) -> str:
    """Return the operation id for generated clients: module name and function name, as in ``conversations_rename``."""
    file = route.endpoint.__module__.rsplit(".", maxsplit=1)[-1]
    group = str(route.tags[0]) if file == "routes" and route.tags else file
    return f"{group}_{route.name}"


def install(app: FastAPI, settings: Settings) -> None:
    """Make ``app`` serve the document of :func:`document`. It is built once, at the first request."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app, settings)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def document(app: FastAPI, settings: Settings) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of all routes."""
    texts = _load_texts()
    schema = get_openapi(
        title=app.title,
        version=app.version,
        description=texts["description"],
        routes=app.routes,
        servers=[{"url": settings.public_url or "/", "description": texts["server"]}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    used_tags = {tag for _, _, operation in operations(schema) for tag in operation.get("tags", ())}
    schema["tags"] = [{"name": name, "description": text} for name, text in texts["tags"].items() if name in used_tags]
    for name, scheme in schema["components"]["securitySchemes"].items():
        scheme["description"] = texts["security"][name]
    for _, method, operation in operations(schema):
        _remove_impossible_errors(method, operation)
    return schema


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield ``(path, method, operation)`` of a document."""
    for path, item in schema["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _remove_impossible_errors(method: str, operation: dict[str, Any]) -> None:
    """Remove the error responses that are declared for all routes but that this operation cannot return."""
    impossible: set[str] = set()
    if method == "get":
        impossible |= {"409", "413", "429"}
    if not operation.get("parameters") and "requestBody" not in operation:
        impossible |= {"400", "422"}
        if "security" not in operation:
            impossible |= {"404", "409", "413", "429"}
    if "security" not in operation and method == "get":
        impossible |= {"401", "403"}
    for response in operation["responses"].values():
        if "text/event-stream" in response.get("content", {}):
            response["content"]["text/event-stream"] = {}  # OpenAPI 3.1 cannot describe one event of a stream
    for status in impossible:
        if _is_shared_error(operation["responses"].get(status)):
            del operation["responses"][status]


def _is_shared_error(response: dict[str, Any] | None) -> bool:
    """Return whether a response is one of those declared for all routes, not one that the route declares itself."""
    content = (response or {}).get("content", {}).get("application/json", {})
    shape = str(content.get("schema", {}).get("$ref", ""))
    return shape.endswith(("/ErrorBody", "/FaultBody"))


def _load_texts() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        files("assistant.api.http").joinpath("openapi.json").read_text(encoding="utf-8")
    )
    return loaded
