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

__all__ = ["Running", "Runs"]

_LOG = logging.getLogger("sinzi.measure")


@dataclass(frozen=True, slots=True)
class Running:
    """A run at work, or how the last one ended: ``error`` is an error's code, "" where all went well."""

    name: str
    testset: str
    done: int = 0
    total: int = 0
    finished: bool = False
    error: str = ""


class Runs:
    """The runs of one service. Safe to call from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._guard = threading.Lock()
        self._states: dict[str, Running] = {}

    def state(self, tenant: Tenant) -> Running | None:
        """Return the tenant's run at work, or the last one since the service started."""
        with self._guard:
            return self._states.get(tenant.slug)

    def start(self, tenant: Tenant, testset: TestSet, collections: list[str]) -> Running:
        """Begin to ask a test set's questions in ``collections``.

        Raises:
            Conflict: ``run_in_progress``.
        """
        state = Running(results.stamp(), testset.name, total=len(testset.questions))
        with self._guard:
            before = self._states.get(tenant.slug)
            if before is not None and not before.finished:
                raise Conflict("run_in_progress", name=before.testset)
            self._states[tenant.slug] = state
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
                folder=results.in_tenant(tenant, name),
                subject=testset.name,
                collections=collections,
                progress=lambda _step, done, total: self._note(tenant, done=done, total=total),
            )
        except SinziError as fault:
            error = fault.code
        except Exception:
            _LOG.exception("a run of a test set ended early")
            error = "internal"
        self._note(tenant, finished=True, error=error)

    def _note(self, tenant: Tenant, **changes: int | bool | str) -> None:
        with self._guard:
            self._states[tenant.slug] = replace(self._states[tenant.slug], **changes)  # type: ignore[arg-type]
