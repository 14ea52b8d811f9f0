"""The evaluators' pages under /t/{tenant}/measure."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from assistant.api.auth.dependencies import Evaluator, ServiceDep
from assistant.service.empty_library import next_step
from assistant.web.pages import render, texts
from eval.datasets import question_sets
from eval.evaluator.question_log import groups, visible_to
from eval.evaluator.run_routes import WORST_QUESTIONS, BackgroundRunsDep, open_run, visible_runs
from eval.reports import html_report
from eval.runs.run_comparison import compare

__all__ = ["router"]

router = APIRouter(prefix="/t/{tenant}/measure", include_in_schema=False, default_response_class=HTMLResponse)
Name = Annotated[str, Path(min_length=1, max_length=80)]


@router.get("")
def hit_test(
    request: Request, caller: Evaluator, question: Annotated[str, Query(max_length=2000)] = ""
) -> HTMLResponse:
    collections = [row for row in caller.library.collections() if row.slug in caller.reach.read]
    names = [one.name for one in question_sets.listing(caller.tenant)]
    step = next_step(caller, str(request.state.locale))
    return render(
        request, "measure/hits.html", collections=collections, question=question, testsets=names, next_step=step
    )


@router.get("/sets")
def sets(request: Request, caller: Evaluator) -> HTMLResponse:
    return render(request, "measure/sets.html", testsets=question_sets.listing(caller.tenant))


@router.get("/sets/{name}")
def one_set(request: Request, caller: Evaluator, name: Name) -> HTMLResponse:
    return render(request, "measure/set.html", testset=question_sets.get(caller.tenant, name))


@router.get("/runs")
def runs_page(request: Request, caller: Evaluator, runs: BackgroundRunsDep) -> HTMLResponse:
    return render(
        request,
        "measure/runs.html",
        runs=visible_runs(caller),
        testsets=[one for one in question_sets.listing(caller.tenant) if one.questions],
        current=runs.state(caller.tenant),
    )


@router.get("/runs/{name}")
def one_run(request: Request, caller: Evaluator, name: Name) -> HTMLResponse:
    found = open_run(caller, name)
    others = [one for one in visible_runs(caller) if one.name != name and one.test_set == found.summary["subject"]]
    return render(
        request,
        "measure/run.html",
        name=name,
        run=found.summary,
        worst=html_report.worst_questions(found, WORST_QUESTIONS),
        plots=html_report.run_plots(found),
        others=others,
    )


@router.get("/runs/{name}/compare/{other}")
def comparison(request: Request, caller: Evaluator, name: Name, other: Name) -> HTMLResponse:
    return render(request, "measure/compare.html", found=compare(open_run(caller, name), open_run(caller, other)))


@router.get("/questions")
def logged(
    request: Request, caller: Evaluator, service: ServiceDep, days: Annotated[int, Query(ge=1, le=3650)] = 90
) -> HTMLResponse:
    found = groups(service.settings, caller.library, visible_to(caller), days)
    names = [one.name for one in question_sets.listing(caller.tenant)]
    return render(
        request, "measure/logged.html", groups=found, days=days, testsets=names, reasons=_reasons(request.state.locale)
    )


def _reasons(locale: str) -> dict[str, str]:
    """Return the texts for the reason codes of refused and disliked answers."""
    found = texts("ask", locale) | texts("measure", locale)
    return {key.removeprefix("reason_"): value for key, value in found.items() if key.startswith("reason_")}
