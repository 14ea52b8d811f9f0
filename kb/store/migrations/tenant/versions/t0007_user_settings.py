"""Settings of a person get a table of their own; until now the script for answers lay among the tenant's settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "t0007"
down_revision = "t0006"
branch_labels = None
depends_on = None

# Until now: "script.user:3" for the person with id 3.
PREFIX = "script.user:"


def upgrade() -> None:
    op.create_table(
        "user_settings",
        sa.Column("user_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
    )
    move = sa.text(
        "INSERT INTO user_settings(user_id, key, value) "
        "SELECT CAST(substr(key, :start) AS INTEGER), 'script', value FROM settings WHERE substr(key, 1, :n) = :prefix"
    )
    length = len(PREFIX)
    op.execute(move.bindparams(start=length + 1, n=length, prefix=PREFIX))
    op.execute(sa.text("DELETE FROM settings WHERE substr(key, 1, :n) = :prefix").bindparams(n=length, prefix=PREFIX))


def downgrade() -> None:
    back = sa.text(
        "INSERT INTO settings(key, value) SELECT :prefix || user_id, value FROM user_settings WHERE key = 'script'"
    )
    op.execute(back.bindparams(prefix=PREFIX))
    op.drop_table("user_settings")
