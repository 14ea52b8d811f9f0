"""Engines: one SQLite file per tenant, one for the platform, brought to the newest schema on opening."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from kb.core.errors import Misconfigured

__all__ = ["lock_for_writing", "open_engine"]

# The newest migration of each schema; opening compares it with the file's and migrates only if they differ,
# so that a question does not pay for importing Alembic.
HEADS = {"platform": "p0003", "tenant": "t0007"}


def open_engine(path: Path, schema: str) -> sa.Engine:
    """Open (and create or migrate) the database file ``path``.

    Args:
        path: the SQLite file; its folder must exist.
        schema: "platform" or "tenant".

    Raises:
        Misconfigured: ``data_too_new`` when a newer Sinzi wrote the file.
    """
    # An error tells its statement without the values: questions, answers and hashes of tokens stay out of the log.
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30}, hide_parameters=True)
    event.listen(engine, "connect", _pragmas)
    if _revision(engine) != HEADS[schema]:
        _migrate(engine, path, schema)
    return engine


def lock_for_writing(session: Session) -> None:
    """Take the database's write lock before reading what is to be changed; it lasts until the transaction ends.

    SQLite's driver begins a transaction with the first change, not with the first read. This change changes nothing.
    """
    session.execute(sa.text("DELETE FROM alembic_version WHERE version_num = ''"))


def _pragmas(connection: Any, _record: Any) -> None:
    """WAL lets readers go on while one process writes; NORMAL is durable across a killed process."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute("PRAGMA mmap_size=268435456")  # bytes; reads the word index in half the time
    cursor.close()


def _revision(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: sa.Engine, path: Path, schema: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", f"kb.store:migrations/{schema}")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise Misconfigured("data_too_new", path=str(path), found=str(error)) from error
