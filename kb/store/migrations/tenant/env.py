"""Alembic environment of the tenant schema; the connection is handed in by kb.store.database."""

from __future__ import annotations

from alembic import context

from kb.store.tables import activity_tables
from kb.store.tables.library_tables import TenantBase

assert activity_tables.EVERYONE  # its tables belong to the same schema

context.configure(
    connection=context.config.attributes["connection"], target_metadata=TenantBase.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
