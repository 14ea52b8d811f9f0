"""Errors as JSON and back: sent through a pipe, and recorded with a job."""

from __future__ import annotations

import traceback
from typing import Any

from kb.core import errors
from kb.core.disk_errors import as_disk_error
from kb.core.errors import SinziError

__all__ = ["error_from_json", "error_to_json"]


def error_to_json(error: Exception) -> dict[str, Any]:
    """Return ``{"class", "code", "detail"}``. An unexpected error gets the code ``internal``, its file and line."""
    known = error if isinstance(error, SinziError) else as_disk_error(error)
    if known is not None:
        error = known
    if isinstance(error, SinziError):
        return {"class": type(error).__name__, "code": error.code, "detail": error.detail}
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno})" if frames else ""
    reason = f"{type(error).__name__}: {error}"[:300] + place
    return {"class": "SinziError", "code": "internal", "detail": {"reason": reason}}


def error_from_json(facts: dict[str, Any]) -> SinziError:
    """Return the error that :func:`error_to_json` wrote."""
    kind = getattr(errors, facts["class"], SinziError)
    error: SinziError = kind(facts["code"], **facts["detail"])
    return error
