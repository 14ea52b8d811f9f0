"""A data folder with the samples in it, people who may ask, and files to hand in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2

from kb.core.errors import Conflict
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import access, accounts, api_keys, sessions
from kb.people.access import Ability, Role
from kb.store import tenants
from kb.store.tables.activity_tables import EVERYONE

__all__ = ["SAMPLES", "bundles", "fill", "people"]

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
SLUGS = ("harmony", "sunrise")


def fill(folder: Path) -> Settings:
    """Return settings of a fresh data folder with the samples in it; taking them in (a minute or two) is done once."""
    filled, data = folder / "filled", folder / "data"
    if not (filled / "done").is_file():
        shutil.rmtree(filled, ignore_errors=True)
        kb = str(Path(sys.executable).with_name("kb"))
        subprocess.run([kb, "--data", str(filled), "demo"], check=True, stdout=subprocess.DEVNULL)
        (filled / "done").touch()
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(filled, data)
    settings = Settings(data=data)
    for slug in SLUGS:
        library = Library(tenants.get(settings, slug))
        for row in library.collections():
            access.grant(library, row, EVERYONE, "read")
    return settings


def people(settings: Settings, number: int) -> dict[str, Any]:
    """Make ``number`` members with open sessions, in turn in each organisation; return what the locust file reads."""
    found = []
    for at in range(number):
        slug = SLUGS[at % len(SLUGS)]
        user = _account(settings, f"worker{at}@{slug}.example")
        accounts.add_member(settings, user.id, slug, Role.MEMBER)
        token = sessions.start(settings, user.id)
        signed_in = sessions.find(settings, token)
        assert signed_in is not None
        found.append({"cookie": token, "csrf": signed_in.csrf, "tenant": slug})
    questions = {slug: _questions(SAMPLES / slug / "questions.jsonl") for slug in SLUGS}
    return {"people": found, "questions": questions, "key": _key(settings)}


def _account(settings: Settings, email: str) -> Any:
    try:
        return accounts.create(settings, email, email.partition("@")[0], None)
    except Conflict:
        return accounts.by_email(settings, email)


def _questions(path: Path) -> list[str]:
    """Return a test set's questions that stand on their own."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [line["question"] for line in lines if not line.get("history")]


def _key(settings: Settings) -> str:
    """Make the key that files are handed in with, into a collection of their own."""
    library = Library(tenants.get(settings, SLUGS[0]))
    owner = _account(settings, "owner@load.example")
    accounts.add_member(settings, owner.id, SLUGS[0], Role.OWNER)
    collections = [row.slug for row in library.collections()]
    abilities = [Ability.ASK, Ability.READ, Ability.EDIT]
    return api_keys.create(settings, SLUGS[0], "load", abilities, collections, owner.id)[1]


def bundles(folder: Path, pages: int, each: int, first: int) -> list[Path]:
    """Write PDF files of ``each`` pages, ``pages`` in all, made of the samples' pages; no two have the same content.

    Args:
        first: a number that sets these files apart from those of other calls.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sources = [
        pypdfium2.PdfDocument(path) for slug in SLUGS for path in sorted((SAMPLES / slug / "documents").glob("*.pdf"))
    ]
    texts = [(source, page) for source in sources for page in range(len(source)) if _has_text(source, page)]
    made = []
    for number in range(pages // each):
        bundle = pypdfium2.PdfDocument.new()
        for at in range(each):
            source, page = texts[(first + number * (each + 1) + at) % len(texts)]
            bundle.import_pages(source, [page])
        path = folder / f"bundle-{first}-{number}.pdf"
        bundle.save(path)
        path.write_bytes(path.read_bytes() + f"\n% {path.stem}\n".encode())
        made.append(path)
    return made


def _has_text(source: pypdfium2.PdfDocument, page: int) -> bool:
    """Whether a page has text of its own: reading scans is another measurement."""
    return bool(source[page].get_textpage().count_chars() > 200)
