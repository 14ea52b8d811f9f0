"""``/metrics``: figures for Prometheus.

They tell how busy which organisation is, so they are not for the network: only this computer itself is answered, or
who shows ``KB_METRICS_TOKEN`` (``Authorization: Bearer …``).
"""

from __future__ import annotations

import ipaddress
import secrets
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.datastructures import Headers

from assistant.api.http.addresses import PROXY_HEADERS
from assistant.service.metrics import Metrics
from kb.core.settings import Settings

__all__ = ["may_read", "router"]

router = APIRouter(tags=["operations"])
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {}}},
        403: {"content": {"text/plain": {}}, "description": "Neither this computer nor the token."},
    },
)
def read_metrics(request: Request) -> Response:
    """Answered to this computer itself, or to who shows ``KB_METRICS_TOKEN`` as a bearer token."""
    service = request.app.state.service
    if not may_read(service.settings, request.client.host if request.client else "", request.headers):
        return PlainTextResponse("Only from this computer, or with KB_METRICS_TOKEN.\n", status_code=403)
    metrics: Metrics = service.metrics
    return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)


def may_read(settings: Settings, peer: str, headers: Headers) -> bool:
    """Whether a request may see the figures.

    A proxy on this computer calls from this computer too, for anybody: its headers and a foreign Host give it away,
    and where it sends neither, KB_PUBLIC_URL does.
    """
    token = settings.metrics_token.get_secret_value()
    scheme, _, sent_token = headers.get("authorization", "").partition(" ")
    if token:
        return scheme.casefold() == "bearer" and secrets.compare_digest(sent_token.strip().encode(), token.encode())
    if settings.public_url or any(name in headers for name in PROXY_HEADERS):
        return False
    return _is_loopback(peer) and urlsplit(f"//{headers.get('host', '')}").hostname in _LOOPBACK_NAMES


def _is_loopback(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
