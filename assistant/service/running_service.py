"""The state of a running service: settings, one retriever per tenant, limits, metrics, and the upload queue."""

from __future__ import annotations

import threading

import sqlalchemy as sa

from assistant import turn
from assistant.service.metrics import Metrics
from assistant.service.oidc_provider import Provider
from assistant.service.rate_limits import Limits
from assistant.service.warming import WarmUp
from assistant.uploads.intake import Intake
from ingest.workers.parsing_process import ParsingProcess
from kb.core.settings import Settings
from kb.language import dictionary
from kb.library.documents import Library
from kb.search.models import embedding
from kb.search.retriever import Retriever
from kb.store import tenants
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.states import UNFINISHED
from kb.store.tenants import Tenant

__all__ = ["Service"]

_FIRST_QUESTION = "病假要醫生紙嗎？"
# The most tenants whose search is loaded at the start.
_MAX_WARM_TENANTS = 20


class Service:
    """The state of a running service. Thread-safe; there is one per application.

    Attributes:
        intake: the upload queue; None while this process does not process files.
        parsing: the process in which small files from users are parsed.
        provider: for sign-in with OpenID Connect; None without KB_OIDC_ISSUER.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.intake: Intake | None = None
        self.limits = Limits(settings)
        self.provider = Provider(settings) if settings.oidc_issuer else None
        self.metrics = Metrics(self._waiting)
        self.warming = WarmUp(self._load)
        self.parsing = ParsingProcess(settings)
        self._retrievers: dict[str, Retriever] = {}
        self._guard = threading.Lock()

    def tenant(self, slug: str) -> Tenant:
        """Return a tenant.

        Raises:
            NotFound: ``tenant_not_found``.
        """
        return tenants.get(self.settings, slug)

    def retriever(self, tenant: Tenant) -> Retriever:
        """Return the tenant's retriever. It is created once, and again after the tenant's name or contact changes."""
        with self._guard:
            found = self._retrievers.get(tenant.slug)
            if found is None or found.tenant != tenant:  # its name or contact has changed
                found = self._retrievers[tenant.slug] = Retriever(self.settings, tenant)
            return found

    def library(self, tenant: Tenant) -> Library:
        """Return the library of the tenant's retriever, so that its caches exist only once."""
        return self.retriever(tenant).library

    def _load(self) -> None:
        """Load the model, the dictionary, and the search caches of the first tenants, by asking each a question."""
        embedding.load(self.settings).encode_queries([_FIRST_QUESTION])
        dictionary.two_character_words()  # names are told from words by them
        for tenant in tenants.listing(self.settings)[:_MAX_WARM_TENANTS]:
            turn.answer(self.retriever(tenant), turn.Turn(_FIRST_QUESTION, generate=False))

    def _waiting(self) -> int:
        """Return the number of files of all tenants that are not ingested yet."""
        query = sa.select(sa.func.count()).where(UploadRow.status.in_(UNFINISHED))
        waiting = 0
        for tenant in tenants.listing(self.settings):
            with self.library(tenant).session() as session:
                waiting += session.scalar(query) or 0
        return waiting
