"""REST routes and pages for evaluators; entry points in ``pyproject.toml`` register them.

- :mod:`.search_explanation`: explains the search for one question: terms, candidates, ranks
- :mod:`.question_log`: groups questions with a refused or disliked answer
- :mod:`.explanation_routes`, :mod:`.question_log_routes`, :mod:`.question_set_routes`, :mod:`.run_routes`: REST
- :mod:`.evaluator_pages`: the pages
- :mod:`.web`: templates, styles, scripts and texts of the pages
"""

from __future__ import annotations

from fastapi import APIRouter

from eval.evaluator import evaluator_pages, explanation_routes, question_log_routes, question_set_routes, run_routes

__all__ = ["router"]

router = APIRouter()
for part in (explanation_routes, question_set_routes, run_routes, question_log_routes, evaluator_pages):
    router.include_router(part.router)
