"""An invitation may be for a name without an address; when its link was opened, and who accepted it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "p0005"
down_revision = "p0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitations", sa.Column("name", sa.String, nullable=False, server_default=""))
    op.add_column("invitations", sa.Column("opened_at", sa.DateTime, nullable=True))
    op.add_column("invitations", sa.Column("accepted_by", sa.Integer, nullable=True))


def downgrade() -> None:
    for column in ("name", "opened_at", "accepted_by"):
        op.drop_column("invitations", column)
