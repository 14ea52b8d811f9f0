"""What is installed is written down: one version of each package, with the hashes of its files."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.helpers.skips import missing

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ("users", "developers", "extras", "torch")
LINE = re.compile(
    r"^(?P<requirement>[A-Za-z0-9][^\\\n]*?) \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+",
    re.MULTILINE,
)


def _locked(name: str) -> list[Requirement]:
    text = (FOLDER / f"{name}.lock").read_text(encoding="utf-8")
    found = list(LINE.finditer(text))
    rest = LINE.sub("", text).splitlines()
    assert [line for line in rest if line and not line.startswith(("#", "--find-links https://"))] == []
    return [Requirement(one["requirement"]) for one in found]


def _pins(*names: str) -> dict[str, str]:
    """Return package → version of the lines for this machine."""
    pins: dict[str, str] = {}
    for name in names:
        for one in _locked(name):
            if one.marker is None or one.marker.evaluate():
                (only,) = one.specifier
                assert only.operator == "=="
                assert pins.setdefault(canonicalize_name(one.name), only.version) == only.version
    return pins


def _wanted(*extras: str) -> list[Requirement]:
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize(("lock", "extras"), [("users", ["eval"]), ("developers", ["eval", "dev"])])
def test_a_lock_holds_every_dependency_within_its_range(lock: str, extras: list[str]) -> None:
    pins = _pins(lock, "torch")
    wrong = {
        str(one): pins.get(canonicalize_name(one.name))
        for one in _wanted(*extras)
        if not one.specifier.contains(pins.get(canonicalize_name(one.name), "0"), prereleases=True)
    }
    assert wrong == {}, "make lock"


@pytest.mark.parametrize("lock", ["users", "developers"])
def test_a_lock_is_whole(lock: str) -> None:
    """What the packages need is there, too, on Linux and macOS: with hashes pip takes nothing that is not named."""
    named = {canonicalize_name(one.name) for name in (lock, "torch") for one in _locked(name)}
    left_out = {line for line in (FOLDER / "left_out.txt").read_text("utf-8").splitlines() if not line.startswith("#")}
    assert not left_out & named
    lacking = []
    for package in sorted(_pins(lock, "torch")):
        for need in map(Requirement, requires(package) or []):
            for system, platform, machine in (("linux", "Linux", "x86_64"), ("darwin", "Darwin", "arm64")):
                here = {"sys_platform": system, "platform_system": platform, "platform_machine": machine, "extra": ""}
                if need.marker is None or need.marker.evaluate({**default_environment(), **here}):
                    lacking += [(package, str(need))] if canonicalize_name(need.name) not in named | left_out else []
    assert lacking == []


def test_developers_have_the_same_releases_as_users() -> None:
    users, developers = _pins("users"), _pins("developers")
    assert {name: release for name, release in users.items() if developers.get(name) != release} == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_comes_from_this_machine(lock: str) -> None:
    text = (FOLDER / f"{lock}.lock").read_text(encoding="utf-8")
    assert not re.search(r"file://|--index-url|--extra-index-url| @ ", text)


def test_the_tests_run_with_the_locked_releases() -> None:
    differing = {}
    for name, locked in _pins("developers", "torch").items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = "missing"
        if installed.partition("+")[0] != locked:
            differing[name] = (installed, locked)
    if differing:
        missing(f"the environment is another one than requirements/developers.lock (make developer): {differing}")


def test_make_installs_from_the_locks_only() -> None:
    shown = subprocess.run(
        ["make", "-n", "-B", "demo", "test", "extras"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    installs = [line for line in shown.splitlines() if "pip install" in line]
    assert len(installs) == 5
    for line in installs:
        assert "--require-hashes" in line or line.endswith("--no-deps --no-build-isolation -e .")
