"""Password resets get a table of their own; until now each was an invitation with an empty role."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "p0003"
down_revision = "p0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "password_resets",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token_hash", sa.String, nullable=False, unique=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False, index=True),
        sa.Column("created_by", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.Column("used_at", sa.DateTime, nullable=True),
    )
    # A link goes on working: the hash of its token is kept.
    op.execute(
        "INSERT INTO password_resets(token_hash, user_id, created_by, created_at, expires_at) "
        "SELECT token_hash, users.id, invited_by, invitations.created_at, expires_at "
        "FROM invitations JOIN users ON users.email = invitations.email "
        "WHERE role = '' AND accepted_at IS NULL ORDER BY invitations.id"
    )
    op.execute("DELETE FROM invitations WHERE role = ''")


def downgrade() -> None:
    op.drop_table("password_resets")
