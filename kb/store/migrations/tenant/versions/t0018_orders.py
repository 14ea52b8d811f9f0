"""Characters of a chunk that speak to an assistant, and the text of a version that nobody sees."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "t0018"
down_revision = "t0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chunks", sa.Column("orders", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("chunks", sa.Column("orders_by", sa.String, nullable=False, server_default=""))
    op.add_column("versions", sa.Column("hidden_text", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("versions", "hidden_text")
    op.drop_column("chunks", "orders_by")
    op.drop_column("chunks", "orders")
