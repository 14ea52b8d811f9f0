"""Metrics for Prometheus: requests, questions, refusals, the queue of files, memory."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import generate_latest

from assistant.answers.answer import Answer

__all__ = ["Metrics"]

_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The metrics of one running service.

    Args:
        waiting: returns the number of files that are not ingested yet; called when the metrics are read.
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
        """Count a request; ``route`` is the template of its path.

        A client can send any word as method. Unknown ones are counted as "other", so that they cannot fill the memory.
        """
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def answered(self, tenant: str, answer: Answer) -> None:
        """Count an answer or a refusal, with its time."""
        self._questions.labels(tenant, "refused" if answer.refused else "answered", answer.answerer).inc()
        self._answering.observe(answer.ms / 1000)

    def text(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self.registry)
