"""A count of changes to the library, kept by triggers: what search holds in memory is read again when it moves.

SQLite's own ``data_version`` moves with every commit, so each question's line in the audit trail would make search read
its holdings anew. A migration that rebuilds one of these tables (Alembic's batch mode) must make its triggers anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "t0005"
down_revision = "t0004"
branch_labels = None
depends_on = None

WATCHED = ("collections", "documents", "versions", "amendments", "word_blocks", "glossary")
EVENTS = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    op.create_table(
        "library_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO library_changes(id, number) VALUES (1, 1)")
    for table in WATCHED:
        for event in EVENTS:
            trigger = f"CREATE TRIGGER {table}_{event.lower()}_counted AFTER {event} ON {table}"
            op.execute(f"{trigger} BEGIN UPDATE library_changes SET number = number + 1; END")  # noqa: S608 - our names


def downgrade() -> None:
    for table in WATCHED:
        for event in EVENTS:
            op.execute(f"DROP TRIGGER {table}_{event.lower()}_counted")
    op.drop_table("library_changes")
