"""Alembic environment of the platform schema; the connection is handed in by kb.store.database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from kb.store.migrations import NAMING

# Only the names of constraints and indexes are read from here; the tables are what the revisions make of them.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=sa.MetaData(naming_convention=NAMING)
)
with context.begin_transaction():
    context.run_migrations()
