"""REST routes and pages for evaluators; entry points in ``pyproject.toml`` register them.

In reading order:

    search_explanation   one question from inside: terms, candidates, ranks
    question_log         questions that were refused or disliked, grouped
    explanation_routes   REST: one question explained
    question_log_routes  REST: the question log
    question_set_routes  REST: test sets
    run_routes           REST: runs of test sets
    evaluator_pages      the pages
    web                  their templates, styles, modules and texts
"""

from __future__ import annotations

from fastapi import APIRouter

from eval.evaluator import evaluator_pages, explanation_routes, question_log_routes, question_set_routes, run_routes

__all__ = ["router"]

router = APIRouter()
for part in (explanation_routes, question_set_routes, run_routes, question_log_routes, evaluator_pages):
    router.include_router(part.router)
