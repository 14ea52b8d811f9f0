"""The migrations lead to the very schema the tables describe, from an empty file and from the first release's."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from kb.store.database import HEADS, open_engine
from kb.store.tables import activity_tables
from kb.store.tables.library_tables import TenantBase
from kb.store.tables.platform_tables import PlatformBase

SCHEMAS = {"platform": PlatformBase.metadata, "tenant": activity_tables.AuditRow.metadata}
BY_HAND = ("alembic_version",)


def _differences(engine: sa.Engine, metadata: sa.MetaData) -> list[object]:
    def include(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or not str(name).startswith(BY_HAND)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": include, "compare_type": True})
        return list(compare_metadata(context, metadata))


def _upgrade(engine: sa.Engine, schema: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", f"kb.store:migrations/{schema}")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_new_file_has_the_tables_schema(tmp_path: Path, schema: str) -> None:
    engine = open_engine(tmp_path / "new.sqlite", schema)
    assert _differences(engine, SCHEMAS[schema]) == []
    engine.dispose()


@pytest.mark.parametrize(("schema", "first"), [("platform", "p0001"), ("tenant", "t0001")])
def test_first_release_is_brought_up_to_date(tmp_path: Path, schema: str, first: str) -> None:
    path = tmp_path / "old.sqlite"
    old = sa.create_engine(f"sqlite:///{path}")
    _upgrade(old, schema, first)
    if schema == "tenant":
        with old.begin() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO collections(slug, name, model, created_at) VALUES ('main', 'main', '', '2026-01-01')"
                )
            )
    old.dispose()
    engine = open_engine(path, schema)
    assert _differences(engine, SCHEMAS[schema]) == []
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == HEADS[schema]
        if schema == "tenant":
            assert connection.scalar(sa.text("SELECT count(*) FROM collections")) == 1
    engine.dispose()


def test_both_modules_of_the_tenant_share_one_schema() -> None:
    assert activity_tables.AuditRow.metadata is TenantBase.metadata
