"""What a running service holds: the settings, one retriever a tenant, and the queue of files to take in."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from kb import tenants
from kb.library import Library
from kb.search.retriever import Retriever
from kb.settings import Settings
from kb.tenants import Tenant

if TYPE_CHECKING:
    from assistant.api.intake import Intake

__all__ = ["Service", "ServiceDep"]


class Service:
    """Safe to use from several threads; lives as long as the application."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.intake: Intake | None = None
        self._retrievers: dict[Tenant, Retriever] = {}
        self._guard = threading.Lock()

    def tenant(self, slug: str) -> Tenant:
        """Return a tenant.

        Raises:
            NotFound: ``tenant_not_found``.
        """
        return tenants.get(self.settings, slug)

    def retriever(self, tenant: Tenant) -> Retriever:
        """Return the tenant's retriever, opened once."""
        with self._guard:
            found = self._retrievers.get(tenant)
            if found is None:
                found = self._retrievers[tenant] = Retriever(self.settings, tenant)
            return found

    def library(self, tenant: Tenant) -> Library:
        """Return the tenant's library, the retriever's own, so that what it keeps is kept once."""
        return self.retriever(tenant).library


def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


ServiceDep = Annotated[Service, Depends(_service)]
