"""Tenants are places of their own."""

import pytest

from kb.core.errors import Conflict, InputError, NotFound
from kb.core.settings import Settings
from kb.store import tenants


def test_create_get_list(settings: Settings) -> None:
    made = tenants.create(settings, "harmony", "和諧", "人事部")
    assert tenants.get(settings, "harmony") == made
    tenants.create(settings, "abc", "ABC")
    assert [one.slug for one in tenants.listing(settings)] == ["abc", "harmony"]
    assert made.records_path.is_file()


def test_the_same_slug_twice_is_refused(settings: Settings) -> None:
    tenants.create(settings, "harmony", "和諧")
    with pytest.raises(Conflict, match="tenant_exists"):
        tenants.create(settings, "harmony", "另一間")


@pytest.mark.parametrize("slug", ["", "a", "..", "../x", "A-B", "a/b", "-ab", "ab-", "a" * 41, "x\ny", "和諧"])
def test_a_slug_that_could_leave_its_folder_is_refused(settings: Settings, slug: str) -> None:
    with pytest.raises(InputError, match="tenant_slug_invalid"):
        tenants.create(settings, slug, "x")
    with pytest.raises(NotFound):
        tenants.get(settings, slug)


def test_unknown_tenant(settings: Settings) -> None:
    with pytest.raises(NotFound, match="tenant_not_found"):
        tenants.get(settings, "nobody")
    assert tenants.listing(settings) == []


def test_the_contact_of_the_installation_stands_in(settings: Settings) -> None:
    general = settings.model_copy(update={"contact": "總部 1"})
    assert tenants.create(general, "abc", "ABC").contact == "總部 1"
    assert tenants.create(general, "def", "DEF", "二樓").contact == "二樓"
