"""``/healthz``: the process runs. ``/readyz``: it can answer questions. Neither names an organisation."""

from __future__ import annotations

import shutil
from typing import Literal

import sqlalchemy as sa
from fastapi import APIRouter, Response
from pydantic import BaseModel

from assistant.api.auth.dependencies import ServiceDep
from assistant.service.running_service import Service
from kb.core.errors import SinziError
from kb.doctor import LEAST_FREE_MB
from kb.store.tenants import platform

__all__ = ["router"]

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """The result of each check: "ok", or what is wrong."""

    status: Literal["ok", "not_ready"]
    checks: dict[str, str]


@router.get("/healthz", summary="Check whether the process runs")
async def check_health() -> Health:
    return Health()


@router.get("/readyz", summary="Check whether the service can answer questions", responses={503: {"model": Readiness}})
def check_readiness(service: ServiceDep, response: Response) -> Readiness:
    """Check the database, the embedding model and the disk. The status is 503 while one check fails."""
    checks = {"records": _check_records(service), "model": service.warming.state, "disk": _check_disk(service)}
    ready = all(found == "ok" for found in checks.values())
    response.status_code = 200 if ready else 503
    return Readiness(status="ok" if ready else "not_ready", checks=checks)


def _check_records(service: Service) -> str:
    try:
        with platform(service.settings) as session:
            session.execute(sa.text("SELECT 1"))
    except (sa.exc.SQLAlchemyError, SinziError, OSError):
        return "unreachable"
    return "ok"


def _check_disk(service: Service) -> str:
    free = shutil.disk_usage(service.settings.data).free // 2**20
    return "ok" if free >= LEAST_FREE_MB else f"{free} MB free, {LEAST_FREE_MB} MB needed"
