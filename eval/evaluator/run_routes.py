"""REST routes of runs: start a run of a test set, read its result, compare two runs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.auth.dependencies import Evaluator, ServiceDep
from assistant.api.schemas.bodies import Body
from assistant.service.callers import Caller
from eval.datasets import question_sets
from eval.reports import html_report
from eval.runs import results
from eval.runs.background_runs import BackgroundRuns, RunStatus
from eval.runs.results import Result
from eval.runs.run_comparison import compare
from kb.core.errors import InputError, NotFound
from kb.library import audit
from kb.store.tables.library_tables import CollectionRow

__all__ = ["WORST_QUESTIONS", "BackgroundRunsDep", "open_run", "router", "visible_runs"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}/runs", tags=["measure"])
_NAME = re.compile(r"[\w\-.]{1,80}")
RunName = Annotated[str, Path(min_length=1, max_length=80, description="The run's name.")]
WORST_QUESTIONS = 30


def _runs(request: Request, service: ServiceDep) -> BackgroundRuns:
    state = request.app.state
    if not hasattr(state, "runs"):
        state.runs = BackgroundRuns(service.settings)
    found: BackgroundRuns = state.runs
    return found


BackgroundRunsDep = Annotated[BackgroundRuns, Depends(_runs)]


class RunCreate(Body):
    """The test set to ask; ``collections`` limits the search to some of the collections that the caller may read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"test_set": "人事"}]})
    test_set: Annotated[str, Field(min_length=1, max_length=60)]
    collections: Annotated[list[str] | None, Field(max_length=200)] = None


class RunState(BaseModel):
    """The status of the current or last run; ``error`` is an error code, or ""."""

    name: str
    test_set: str
    done: int
    total: int
    finished: bool
    error: str


class RunPublic(BaseModel):
    """A finished run: mean of each measure over all questions, refusal measures, and the model."""

    name: str
    test_set: str
    created: str
    questions: int
    measures: dict[str, float]
    refusal_precision: float | None
    refusal_recall: float | None
    p95_ms: float | None
    model: str


class RunDetail(RunPublic):
    """A run with tables per group and the questions that went wrong, worst first."""

    summary: dict[str, Any]
    worst: list[dict[str, Any]]


def _run_state(one: RunStatus) -> RunState:
    return RunState(
        name=one.name, test_set=one.testset, done=one.done, total=one.total, finished=one.finished, error=one.error
    )


def _public(name: str, summary: dict[str, Any]) -> RunPublic:
    overall = summary["refusal"]["all"]
    return RunPublic(
        name=name,
        test_set=str(summary["subject"]),
        created=str(summary["created"]),
        questions=int(summary["questions"]),
        measures={key: float(value["mean"]) for key, value in summary["table"]["all"].items()},
        refusal_precision=overall["precision"],
        refusal_recall=overall["recall"],
        p95_ms=summary["ms"].get("p95"),
        model=str(summary["model"]),
    )


def visible_runs(caller: Caller) -> list[RunPublic]:
    """Return the tenant's answer runs, newest first; only those that searched collections the caller may read."""
    rows = caller.library.collections()
    return [_public(one["name"], one) for one in results.listing(caller.tenant) if _may_see(caller, one, rows)]


def _may_see(caller: Caller, summary: dict[str, Any], rows: list[CollectionRow]) -> bool:
    """Return whether a run searched only collections that the caller may read; one made again since is another."""
    if summary.get("kind") != "answers":
        return False
    searched = summary.get("collections")
    if searched is None:
        return {row.slug for row in rows} <= caller.reach.read
    at = datetime.fromisoformat(str(summary["created"])).astimezone(UTC).replace(tzinfo=None)
    same = {row.slug for row in rows if row.created_at.replace(microsecond=0) <= at}
    return set(searched) <= same & caller.reach.read


def open_run(caller: Caller, name: str) -> Result:
    """Return a run of the caller's tenant.

    Raises:
        NotFound: ``run_not_found``: there is no such run, or it searched collections that the caller may not read.
    """
    folder = results.tenant_run_folder(caller.tenant, name)
    if not _NAME.fullmatch(name) or name.startswith(".") or not (folder / "run.json").is_file():
        raise NotFound("run_not_found", run=name)
    found = results.open_result(str(folder), [])
    if not _may_see(caller, found.summary, caller.library.collections()):
        raise NotFound("run_not_found", run=name)
    return found


@router.get("", summary="Runs, newest first", operation_id="list_runs")
def listing(caller: Evaluator) -> list[RunPublic]:
    return visible_runs(caller)


@router.post("", status_code=202, summary="Ask a test set's questions", operation_id="start_run")
def start(caller: Evaluator, runs: BackgroundRunsDep, wanted: RunCreate) -> RunState:
    """Start a run in the background; one at a time per organisation."""
    chosen = question_sets.get(caller.tenant, wanted.test_set)
    if not chosen.questions:
        raise InputError("questions_invalid", name=wanted.test_set, problems="0")
    state = runs.start(caller.tenant, chosen, caller.searchable_collections(wanted.collections))
    audit.record(caller.library, caller.actor, "run.start", wanted.test_set)
    return _run_state(state)


@router.get("/current", summary="The run at work", operation_id="current_run")
def current(caller: Evaluator, runs: BackgroundRunsDep) -> RunState | None:
    """Return the status of the current run, or of the last one since the service started; null if there was none."""
    state = runs.state(caller.tenant)
    return _run_state(state) if state else None


@router.get("/{name}", summary="A run with its tables and worst questions", operation_id="get_run")
def detail(caller: Evaluator, name: RunName) -> RunDetail:
    found = open_run(caller, name)
    return RunDetail(
        **_public(name, found.summary).model_dump(),
        summary=found.summary,
        worst=html_report.worst_questions(found, WORST_QUESTIONS),
    )


@router.get(
    "/{name}/report.html",
    summary="A run as one page to keep",
    operation_id="run_report",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}},
)
def report_page(caller: Evaluator, name: RunName) -> Response:
    found = open_run(caller, name)
    audit.record(caller.library, caller.actor, "run.export", name)
    return Response(
        html_report.page([found], WORST_QUESTIONS),
        media_type="text/html",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.html"',
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        },
    )


@router.get("/{name}/compare/{other}", summary="Two runs beside each other", operation_id="compare_runs")
def comparison(caller: Evaluator, name: RunName, other: RunName) -> dict[str, Any]:
    """Compare run ``name`` (before) with run ``other`` (after): differences with intervals and paired tests."""
    return compare(open_run(caller, name), open_run(caller, other))
