"""Figures for Prometheus at ``/metrics``: requests, questions, refusals, the queue of files, memory.

They tell how busy which organisation is, so they are not for the network: only this computer itself is answered, or
who shows ``KB_METRICS_TOKEN`` (``Authorization: Bearer …``).
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable
from importlib.metadata import version
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.datastructures import Headers

from assistant.answers.answer import Answer
from assistant.api.http.addresses import FORWARDED
from kb.core.settings import Settings

__all__ = ["Metrics", "may_read", "router"]

router = APIRouter(tags=["operations"])
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OWN_NAMES = ("localhost", "127.0.0.1", "::1")


class Metrics:
    """The figures of one running service.

    Args:
        waiting: returns how many files wait to be taken in, asked when the figures are read.
    """

    def __init__(self, waiting: Callable[[], int]) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        Info("sinzi_build", "What is running.", registry=registry).info({"version": version("sinzi")})
        self.in_flight = Gauge("sinzi_requests_in_flight", "Requests being answered now.", registry=registry)
        self._requests = Counter(
            "sinzi_requests", "Requests answered.", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "sinzi_request_seconds", "Seconds a request took.", ["route"], buckets=_BUCKETS, registry=registry
        )
        self._questions = Counter(
            "sinzi_questions", "Questions answered or refused.", ["tenant", "outcome", "answerer"], registry=registry
        )
        self._answering = Histogram(
            "sinzi_answer_seconds", "Seconds an answer took to make.", buckets=_BUCKETS, registry=registry
        )
        Gauge("sinzi_queue_files", "Files waiting or being taken in.", registry=registry).set_function(waiting)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; ``route`` is the template of its address. A method may be any word: only known ones count
        by name, or a visitor could fill the memory with them."""
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def answered(self, tenant: str, answer: Answer) -> None:
        """Count a question that was answered or refused."""
        self._questions.labels(tenant, "refused" if answer.refused else "answered", answer.answerer).inc()
        self._answering.observe(answer.ms / 1000)

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        return generate_latest(self.registry)


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
    scheme, _, shown = headers.get("authorization", "").partition(" ")
    if token:
        return scheme.casefold() == "bearer" and secrets.compare_digest(shown.strip().encode(), token.encode())
    if settings.public_url or any(name in headers for name in FORWARDED):
        return False
    return _loopback(peer) and urlsplit(f"//{headers.get('host', '')}").hostname in _OWN_NAMES


def _loopback(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
