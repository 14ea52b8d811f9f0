"""The routes of the application and what each demands, read off the routes themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from assistant.api.auth import dependencies
from assistant.api.auth.dependencies import allows
from kb.people.access import Ability

OF_TENANT = ("/api/v1/tenants/{tenant}", "/t/{tenant}")


@dataclass(frozen=True)
class RouteMethod:
    """A method of a route: what it demands of its caller, and whether it takes a body.

    ``demand``: an ability in the address's tenant, "person" (anybody signed in), "program" (an API key, which says the
    tenant), or None.
    """

    method: str
    path: str
    demand: Ability | str | None
    has_body: bool
    people_only: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_page(self) -> bool:
        return not self.path.startswith(("/api/", "/v1/"))

    @property
    def names(self) -> list[str]:
        """The names of the parts of the address."""
        return [name.partition(":")[0] for name in re.findall(r"\{(.+?)\}", self.path)]

    def at(self, values: dict[str, object]) -> str:
        """Return an address with the parts filled in."""
        return re.sub(r"\{(.+?)\}", lambda found: str(values[found[1].partition(":")[0]]), self.path)


def routes(app: FastAPI) -> Iterator[RouteMethod]:
    """Yield every method of every route; what is not a FastAPI route demands nothing that could be read off it."""
    for context in iter_route_contexts(app.routes):
        route: Any = context.original_route
        if not isinstance(route, APIRoute):
            yield RouteMethod("*", route.path, None, False, False)
            continue
        calls = list(_calls(route.dependant))
        for method in sorted(route.methods - {"HEAD"}):
            people_only = any(one is dependencies._tenant_person for one in calls)
            yield RouteMethod(method, context.path, _demand(calls), bool(route.dependant.body_params), people_only)


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for one in dependant.dependencies:
        if one.call is not None:
            yield one.call
        yield from _calls(one)


def _demand(calls: list[Callable[..., Any]]) -> Ability | str | None:
    for one in calls:
        if isinstance(one, allows):
            return one.ability
        if one is dependencies._person:
            return "person"
        if one is dependencies._program:
            return "program"
    return None
