"""Tenants are places of their own."""

import subprocess
import sys

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


WATCHING = """
import sys
from pathlib import Path
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import tenants

settings = Settings(data=Path(sys.argv[1]))
print("ready", flush=True)
while len(seen := tenants.listing(settings)) < int(sys.argv[2]):
    for tenant in seen:
        Library(tenant).collections()
print("seen", flush=True)
"""
CREATING = """
import sys
from pathlib import Path
from kb.core.settings import Settings
from kb.store import tenants

for number in range(int(sys.argv[3])):
    tenants.create(Settings(data=Path(sys.argv[1])), f"{sys.argv[2]}-{number}", "x")
"""


def test_creating_beside_a_running_service(settings: Settings) -> None:
    """What runs beside it sees an organisation when its records are there, and not before."""

    def start(code: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, str(settings.data), *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    watchers = [start(WATCHING, "18") for _ in range(2)]
    for one in watchers:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    creators = [start(CREATING, name, "6") for name in ("abc", "def", "ghi")]
    for one in (*creators, *watchers):
        out, err = one.communicate(timeout=180)
        assert one.returncode == 0, err
        assert out in ("", "seen\n")
    assert len(tenants.listing(settings)) == 18


def test_what_is_refused_leaves_nothing(settings: Settings) -> None:
    tenants.create(settings, "harmony", "和諧")
    records = tenants.get(settings, "harmony").records_path
    before = records.stat().st_mtime_ns
    with pytest.raises(Conflict):
        tenants.create(settings, "harmony", "和諧")
    assert records.stat().st_mtime_ns == before
