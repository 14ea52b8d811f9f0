"""Alembic environment of the platform schema; the connection is handed in by kb.store.database."""

from __future__ import annotations

from alembic import context

from kb.store.tables.platform_tables import PlatformBase

context.configure(
    connection=context.config.attributes["connection"], target_metadata=PlatformBase.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
