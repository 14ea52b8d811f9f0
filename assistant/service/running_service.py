"""What a running service holds: the settings, one retriever a tenant, and the queue of files to take in."""

from __future__ import annotations

import threading

import sqlalchemy as sa

from assistant.service.metrics import Metrics
from assistant.service.oidc_provider import Provider
from assistant.service.rate_limits import Limits
from assistant.service.warming import WarmUp
from assistant.uploads.intake import Intake
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.models import embedding
from kb.search.retriever import Retriever
from kb.store import tenants
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.states import UNFINISHED
from kb.store.tenants import Tenant

__all__ = ["Service"]

_FIRST_QUESTION = "病假要醫生紙嗎？"
_WARMED = 20


class Service:
    """Safe to use from several threads; lives as long as the application."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.intake: Intake | None = None
        self.limits = Limits(settings)
        self.provider = Provider(settings) if settings.oidc_issuer else None
        self.metrics = Metrics(self._waiting)
        self.warming = WarmUp(self._load)
        self._retrievers: dict[str, Retriever] = {}
        self._guard = threading.Lock()

    def tenant(self, slug: str) -> Tenant:
        """Return a tenant.

        Raises:
            NotFound: ``tenant_not_found``.
        """
        return tenants.get(self.settings, slug)

    def retriever(self, tenant: Tenant) -> Retriever:
        """Return the tenant's retriever, opened once for the tenant as it is now."""
        with self._guard:
            found = self._retrievers.get(tenant.slug)
            if found is None or found.tenant != tenant:  # its name or contact is another now
                found = self._retrievers[tenant.slug] = Retriever(self.settings, tenant)
            return found

    def library(self, tenant: Tenant) -> Library:
        """Return the tenant's library, the retriever's own, so that what it keeps is kept once."""
        return self.retriever(tenant).library

    def _load(self) -> None:
        """Load the model, the dictionary, and what the first organisations' search keeps in memory."""
        embedding.load(self.settings).encode_queries([_FIRST_QUESTION])
        for tenant in tenants.listing(self.settings)[:_WARMED]:
            self.retriever(tenant).retrieve(_FIRST_QUESTION, limit=1)

    def _waiting(self) -> int:
        """Count the files of all tenants that are not taken in yet."""
        query = sa.select(sa.func.count()).where(UploadRow.status.in_(UNFINISHED))
        waiting = 0
        for tenant in tenants.listing(self.settings):
            with self.library(tenant).session() as session:
                waiting += session.scalar(query) or 0
        return waiting
