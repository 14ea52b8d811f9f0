"""Runs started from the page: one at a time per tenant, in a thread, with progress to look at."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace

from eval.datasets.question_sets import TestSet
from eval.runs import answer_runs, results
from kb.core.errors import Conflict, SinziError
from kb.core.settings import Settings
from kb.store.tenants import Tenant

__all__ = ["BackgroundRuns", "RunStatus"]

_LOG = logging.getLogger("sinzi.measure")


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run at work, or how the last one ended: ``error`` is an error's code, "" where all went well."""

    name: str
    testset: str
    done: int = 0
    total: int = 0
    finished: bool = False
    error: str = ""


class BackgroundRuns:
    """The runs of one service. Safe to call from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._statuses: dict[str, RunStatus] = {}

    def state(self, tenant: Tenant) -> RunStatus | None:
        """Return the tenant's run at work, or the last one since the service started."""
        with self._lock:
            return self._statuses.get(tenant.slug)

    def start(self, tenant: Tenant, testset: TestSet, collections: list[str]) -> RunStatus:
        """Begin to ask a test set's questions in ``collections``.

        Raises:
            Conflict: ``run_in_progress``.
        """
        state = RunStatus(results.timestamp_name(), testset.name, total=len(testset.questions))
        with self._lock:
            previous = self._statuses.get(tenant.slug)
            if previous is not None and not previous.finished:
                raise Conflict("run_in_progress", name=previous.testset)
            self._statuses[tenant.slug] = state
        threading.Thread(
            target=self._run, args=(tenant, testset, collections, state.name), name="measure", daemon=True
        ).start()
        return state

    def _run(self, tenant: Tenant, testset: TestSet, collections: list[str], name: str) -> None:
        error = ""
        try:
            answer_runs.run(
                self._settings,
                tenant,
                testset.questions,
                folder=results.tenant_run_folder(tenant, name),
                subject=testset.name,
                collections=collections,
                progress=lambda _step, done, total: self._update(tenant, done=done, total=total),
            )
        except SinziError as failure:
            error = failure.code
        except Exception:
            _LOG.exception("a run of a test set ended early")
            error = "internal"
        self._update(tenant, finished=True, error=error)

    def _update(self, tenant: Tenant, **changes: int | bool | str) -> None:
        with self._lock:
            self._statuses[tenant.slug] = replace(self._statuses[tenant.slug], **changes)  # type: ignore[arg-type]
