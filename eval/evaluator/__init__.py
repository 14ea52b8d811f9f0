"""The evaluators' part of the service: its addresses and pages, registered in pyproject's entry points.

- :mod:`.search_explanation`: one question from inside: terms, candidates, ranks
- :mod:`.question_log`: questions that were refused or disliked, grouped
- :mod:`.explanation_routes`, :mod:`.question_log_routes`, :mod:`.question_set_routes`, :mod:`.run_routes`: REST
- :mod:`.evaluator_pages`: the pages
- :mod:`.web`: their templates, styles, modules and texts
"""

from __future__ import annotations

from fastapi import APIRouter

from eval.evaluator import evaluator_pages, explanation_routes, question_log_routes, question_set_routes, run_routes

__all__ = ["router"]

router = APIRouter()
for part in (explanation_routes, question_set_routes, run_routes, question_log_routes, evaluator_pages):
    router.include_router(part.router)
