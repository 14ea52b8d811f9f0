"""Runs that an evaluator starts on the page: in a thread, one at a time per tenant, with a status."""

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
    """The status of a run.

    Attributes:
        done, total: numbers of questions.
        error: the code of the error that ended the run; "" if there was none.
    """

    name: str
    testset: str
    done: int = 0
    total: int = 0
    finished: bool = False
    error: str = ""


class BackgroundRuns:
    """The background runs of one service process. Safe to call from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._statuses: dict[str, RunStatus] = {}

    def state(self, tenant: Tenant) -> RunStatus | None:
        """Return the status of the tenant's current run, or of the last one since the service started."""
        with self._lock:
            return self._statuses.get(tenant.slug)

    def start(self, tenant: Tenant, testset: TestSet, collections: list[str]) -> RunStatus:
        """Start a run of a test set, with search in ``collections`` (slugs); return its first status.

        Raises:
            Conflict: ``run_in_progress``: a run of this tenant has not finished.
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
