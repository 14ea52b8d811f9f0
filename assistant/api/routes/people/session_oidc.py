"""Sign in with OpenID Connect (Microsoft 365, Google): redirect to the provider, and handle its callback."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Cookie, Query, Request
from fastapi.responses import RedirectResponse

from assistant.api.auth import session_cookie
from assistant.api.auth.dependencies import ServiceDep
from assistant.api.http.addresses import absolute_url
from assistant.api.routes.people.session import local_path
from assistant.service.oidc_provider import Flow, Provider
from assistant.service.running_service import Service
from kb.core.errors import Forbidden, NotFound
from kb.people import oidc_identities

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_PATH = "/sign-in/oidc"
_CALLBACK_PATH = _PATH + "/back"
_COOKIE = "sinzi_oidc"
_MAX_AGE_SECONDS = 600
Short = Annotated[str, Query(max_length=4000)]


@router.get(_PATH)
def start_sign_in(
    request: Request, service: ServiceDep, target: Annotated[str, Query(alias="next", max_length=2000)] = "/"
) -> RedirectResponse:
    provider = _provider(service)
    flow = Flow.begin(local_path(target))
    response = RedirectResponse(
        provider.address(absolute_url(request, service.settings, _CALLBACK_PATH), flow), status_code=303
    )
    secure = session_cookie.is_secure(service)
    # Lax, not Strict: the browser comes back from another site.
    response.set_cookie(
        _COOKIE, flow.to_cookie(), max_age=_MAX_AGE_SECONDS, path=_PATH, httponly=True, samesite="lax", secure=secure
    )
    return response


@router.get(_CALLBACK_PATH)
def finish_sign_in(
    request: Request,
    service: ServiceDep,
    flow_cookie: Annotated[str, Cookie(alias=_COOKIE)] = "",
    state: Short = "",
    code: Short = "",
) -> RedirectResponse:
    provider = _provider(service)
    flow = Flow.from_cookie(flow_cookie)
    if not code or not secrets.compare_digest(state.encode(), flow.state.encode()):
        raise Forbidden("oidc_refused", reason="state")
    identity = provider.identity(absolute_url(request, service.settings, _CALLBACK_PATH), flow, code)
    user = oidc_identities.find_user(service.settings, identity)
    # If the person came from an invitation, signing in may have accepted it already.
    target = local_path(flow.next)
    response = RedirectResponse("/" if target.startswith("/invitation/") else target, status_code=303)
    response.delete_cookie(_COOKIE, path=_PATH)
    session_cookie.set_session(request, response, service, user.id)
    return response


def _provider(service: Service) -> Provider:
    if service.provider is None:
        raise NotFound("not_found")
    return service.provider
