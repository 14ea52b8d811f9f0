"""Migrations up to a revision, as an older release left a database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

__all__ = ["upgrade"]


def upgrade(engine: sa.Engine, schema: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", f"kb.store:migrations/{schema}")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
