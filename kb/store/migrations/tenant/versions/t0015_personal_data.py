"""People's data that was found in a version, what was decided about it, and where it stands in each chunk.

Versions of earlier releases have no row: they have not been examined.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "t0015"
down_revision = "t0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "personal_data",
        sa.Column("version_id", sa.Integer, sa.ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("finder", sa.Integer, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("is_list", sa.Boolean, nullable=False),
        sa.Column("decision", sa.String, nullable=False),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("decided_at", sa.DateTime),
    )
    op.create_table(
        "personal_spans",
        sa.Column("chunk_id", sa.Integer, sa.ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("spans", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("personal_spans")
    op.drop_table("personal_data")
