"""Engines: one SQLite file per tenant, one for the platform, brought to the newest schema on opening."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import filelock
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kb.core.errors import Misconfigured

__all__ = ["empty_write_ahead_file", "lock_for_writing", "open_engine"]

# The newest migration of each schema; opening compares it with the file's and migrates only if they differ,
# so that a question does not pay for importing Alembic.
HEADS = {"platform": "p0005", "tenant": "t0018"}
# Alembic's context belongs to the process: two threads that migrate at once would use each other's connection.
_MIGRATING = threading.Lock()
_PATIENCE_SECONDS = 30


def open_engine(path: Path, schema: str) -> sa.Engine:
    """Open (and create or migrate) the database file ``path``.

    Several threads and processes may open the same file at once: one migrates, the others wait for it. A migration
    that is interrupted changes nothing, and the next opening runs it again.

    Args:
        path: the SQLite file. Its folder must exist: one that is gone (a removed tenant's) is not made again.
        schema: "platform" or "tenant".

    Raises:
        Misconfigured: ``data_too_new`` when a newer Sinzi wrote the file.
        OperationalError: the folder does not exist.
    """
    # An error tells its statement without the values: questions, answers and hashes of tokens stay out of the log.
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": _PATIENCE_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _pragmas)
    fresh = path.parent.is_dir() and not path.is_file()
    if fresh or _revision_or_none(engine) != HEADS[schema]:
        with _MIGRATING, filelock.FileLock(path.with_name(f"{path.name}.lock")):
            if _revision(engine) != HEADS[schema]:
                _migrate(path, schema)
    return engine


def lock_for_writing(session: Session) -> None:
    """Take the database's write lock before reading what is to be changed; it lasts until the transaction ends.

    SQLite's driver begins a transaction with the first change, not with the first read. This change changes nothing.
    """
    session.execute(sa.text("DELETE FROM alembic_version WHERE version_num = ''"))


def empty_write_ahead_file(engine: sa.Engine, patience_seconds: float) -> bool:
    """Move the pages of the write-ahead file into the database and empty the file; return whether that was possible.

    Readers that still need an old state are waited for, and not disturbed.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={round(patience_seconds * 1000)}")
        try:
            return bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
        except sqlite3.OperationalError:
            return False
        finally:
            cursor.execute(f"PRAGMA busy_timeout={_PATIENCE_SECONDS * 1000}")
            cursor.close()
    finally:
        connection.close()


def _pragmas(connection: Any, _record: Any) -> None:
    """WAL lets readers go on while one process writes; NORMAL is durable across a killed process."""
    cursor = connection.cursor()
    _turn_wal_on(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute("PRAGMA mmap_size=268435456")  # bytes; reads the word index in half the time
    cursor.close()


def _turn_wal_on(cursor: Any) -> None:
    """Turn write-ahead logging on; nothing happens where it is on.

    A new file's first connections all do this, and SQLite does not wait here for the other ones, whatever the timeout.
    """
    ends = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > ends:
                raise
        time.sleep(0.01)


def _revision(engine: sa.Engine) -> str | None:
    """Return the file's revision; None for a new file."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _revision_or_none(engine: sa.Engine) -> str | None:
    """Return the file's revision; None for a new file, and for one that another process is creating just now."""
    try:
        return _revision(engine)
    except OperationalError as error:
        if "locked" in str(error.orig):
            return None
        raise


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(path: Path, schema: str) -> None:
    """Run the missing migrations in one transaction, so that an interruption leaves the file as it was.

    Python's driver commits each CREATE and ALTER at once unless the transaction is begun explicitly
    (``isolation_level=None`` and BEGIN; see SQLAlchemy, "Serializable isolation / Savepoints / Transactional DDL").
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", f"kb.store:migrations/{schema}")
    config.set_main_option("path_separator", "os")
    options = {"timeout": _PATIENCE_SECONDS, "isolation_level": None}
    engine = sa.create_engine(f"sqlite:///{path}", connect_args=options, poolclass=sa.NullPool, hide_parameters=True)
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise Misconfigured("data_too_new", path=str(path), found=str(error)) from error
