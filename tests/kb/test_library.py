"""What search keeps in memory is read again when the library changes, and only then."""

from __future__ import annotations

import pytest

from kb.core.settings import Settings
from kb.library import audit, tenant_glossary
from kb.library.documents import Library
from kb.publishing.version_writer import collection_for
from kb.store import tenants


@pytest.fixture
def library(settings: Settings) -> Library:
    return Library(tenants.create(settings, "harmony", "Harmony"))


def test_a_line_in_the_audit_trail_is_no_change_of_the_library(library: Library) -> None:
    before = library.data_version()
    audit.record(library, audit.Actor("user:1", "A"), "question.ask")
    assert library.data_version() == before


def test_collections_and_terms_are_changes(library: Library) -> None:
    before = library.data_version()
    collection_for(library, "main", "some model")
    between = library.data_version()
    tenant_glossary.add(library, tenant_glossary.Term(written="大假", english="annual leave"))
    assert before < between < library.data_version()


def test_another_process_like_reader_sees_the_change(library: Library) -> None:
    other = Library(library.tenant)
    before = other.data_version()
    collection_for(library, "main", "some model")
    assert other.data_version() > before
