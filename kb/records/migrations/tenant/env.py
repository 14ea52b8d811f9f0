"""Alembic environment of the tenant schema; the connection is handed in by kb.records.database."""

from __future__ import annotations

from alembic import context

from kb.records import activity
from kb.records.tables import TenantBase

assert activity.EVERYONE  # its tables belong to the same schema

context.configure(
    connection=context.config.attributes["connection"], target_metadata=TenantBase.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
