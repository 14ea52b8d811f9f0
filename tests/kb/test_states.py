"""Columns of states: text in the database, members of an enum in the code."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import access
from kb.store import tenants
from kb.store.tables.activity_tables import EVERYONE, GrantRow, UploadRow
from kb.store.tables.library_tables import CollectionRow
from kb.store.tables.states import GrantLevel, IngestStage, IngestStatus


@pytest.fixture
def library(settings: Settings) -> Library:
    library = Library(tenants.create(settings, "harmony", "和諧"))
    with library.transaction() as session:
        session.add(CollectionRow(slug="main", name="main"))
        session.add(UploadRow(job_id="1", collection="main", name="a.txt", path="a.txt"))
    return library


def test_text_in_the_database_and_a_member_in_the_code(library: Library) -> None:
    with library.session() as session:
        stored = session.execute(sa.text("SELECT status, stage FROM uploads")).one()
        row = session.scalars(sa.select(UploadRow)).one()
    assert tuple(stored) == ("queued", "")
    assert row.status is IngestStatus.QUEUED
    assert row.stage is IngestStage.NONE


def test_what_is_no_value_is_neither_written_nor_read(library: Library) -> None:
    access.grant(library, library.collection("main"), EVERYONE, GrantLevel.READ)
    with library.session() as session:
        assert session.scalar(sa.select(GrantRow.id).where(GrantRow.level == "read")) == 1
        with pytest.raises(StatementError, match="'own' is not a valid GrantLevel"):
            session.scalar(sa.select(GrantRow.id).where(GrantRow.level == "own"))
    with library.transaction() as session:
        session.execute(sa.text("UPDATE grants SET level = 'own'"))
    with pytest.raises(ValueError, match="'own' is not a valid GrantLevel"):
        access.grants(library, library.collection("main"))
