"""The numbers that are printed on the pages of a version, where they are not those of the file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "t0014"
down_revision = "t0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("versions", sa.Column("page_labels", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("versions", "page_labels")
