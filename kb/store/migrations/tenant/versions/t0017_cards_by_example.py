"""Cards are found by examples, no longer by regular expressions, and the built-in ones have other ids.

An organisation's own patterns become examples: the texts that they stand for. What it changed of a built-in card stays,
what it left as it was is no longer kept, so that the new wording counts. Cards that it had taken away are switched off.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "t0017"
down_revision = "t0016"
branch_labels = None
depends_on = None

# What the built-in cards are called now; that for violence became four.
IDS = {
    "child-abuse": ["child_abuse"],
    "suicide": ["suicide_self_harm"],
    "violence": ["violence_weapon", "domestic_violence", "sexual_assault", "elder_or_disabled_abuse"],
    "missing": ["missing_person"],
}
NEW = ["medical_emergency", "fire_gas", "overdose_poisoning"]
# Digests of the patterns of the built-in cards, and of their wording.
BUILT_IN_PATTERNS = {
    "de9482e0e725d070",
    "b4e769f9f57067b9",
    "f52d54f9d7f128af",
    "d43ce2d1f2e0c9a8",
    "84b77376c3e13399",
    "09cbed07d9da1144",
    "698e9921f47ee88b",
    "f3d9826cdd9d7676",
    "32ed7d6a542cf97a",
    "44941d719c7723d7",
    "784ec70e7e89ae54",
    "31eaa1bfefa2d215",
    "42970f9fa479b042",
    "d9bf829529d5ae54",
}
BUILT_IN_WORDING = {
    "f2a825c579221571",
    "ee5147e024139db3",
    "0ca0bb5ca2af5a1e",
    "058d4aa1c586aa36",
}
MOST_TEXTS = 100
MOST_IN_ALL = 500
LONGEST_TEXT = 300
SETTINGS = sa.table("settings", sa.column("key", sa.String), sa.column("value", sa.JSON))


def upgrade() -> None:
    _change("cards", _cards_by_example)
    _change("contacts", _contacts_of_new_ids)


def downgrade() -> None:
    _change("cards", _cards_by_pattern)
    _change("contacts", _contacts_of_old_ids)


def _change(key: str, change: Any) -> None:
    connection = op.get_bind()
    row = connection.execute(sa.select(SETTINGS.c.value).where(SETTINGS.c.key == key)).first()
    if row is None:
        return
    changed = change(row.value)
    if changed is None:
        connection.execute(SETTINGS.delete().where(SETTINGS.c.key == key))
    else:
        connection.execute(SETTINGS.update().where(SETTINGS.c.key == key).values(value=changed))


def _cards_by_example(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    there = {card["id"]: card for card in cards}
    kept = [_by_example(card) for card in cards if card["id"] not in IDS]
    for old, (first, *others) in IDS.items():
        card = there.get(old)
        enabled = card is not None and card.get("enabled", True)
        if card is not None:
            changes = _changes_of_built_in(first, card)
            # the card for violence stood for four subjects: what was changed of its words holds for all of them
            words: list[dict[str, Any]] = [
                {key: one[key] for key in ("text", "contacts", "enabled") if key in one} for one in changes
            ]
            kept += changes + [{**one, "id": other} for other in others for one in words if one]
        kept += [{"id": one, "enabled": False} for one in ([] if card else [first, *others]) if not enabled]
    if not there.keys() & IDS.keys():
        kept += [{"id": one, "enabled": False} for one in NEW]
    share = MOST_IN_ALL // max(1, sum("examples" in card for card in kept))
    return [{**card, "examples": card["examples"][:share]} if "examples" in card else card for card in kept]


def _by_example(card: dict[str, Any]) -> dict[str, Any]:
    changed = {key: value for key, value in card.items() if key != "patterns"}
    title = " ".join(card["title"].values())  # both languages: one alone may be a single character
    return {**changed, "examples": _examples(card.get("patterns", [])) or [title[:LONGEST_TEXT]]}


def _changes_of_built_in(new_id: str, card: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what an organisation changed of a built-in card: a list with one card, or none."""
    changes: dict[str, Any] = {}
    if (
        _digest(json.dumps([card["title"], card["text"], card.get("contacts", [])], sort_keys=True))
        not in BUILT_IN_WORDING
    ):
        changes = {"title": card["title"], "text": card["text"], "contacts": card.get("contacts", [])}
    own = _examples([one for one in card.get("patterns", []) if _digest(one) not in BUILT_IN_PATTERNS])
    if own:
        changes["examples"] = own
    if not card.get("enabled", True):
        changes["enabled"] = False
    return [{"id": new_id, **changes}] if changes else []


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _examples(patterns: list[str]) -> list[str]:
    """Return the texts that patterns stand for; of a pattern that stands for none, its letters."""
    found: dict[str, None] = {}
    for pattern in patterns:
        texts = [" ".join(text.split())[:LONGEST_TEXT] for text in _texts(pattern)]
        letters = " ".join(re.sub(r"\\[a-zA-Z]|\W", " ", pattern).split())[:LONGEST_TEXT]
        found |= dict.fromkeys([text for text in texts if len(text) > 1] or ([letters] if len(letters) > 1 else []))
    return list(found)[:MOST_TEXTS]


def _texts(pattern: str) -> list[str]:
    parser = import_module("re._parser")
    try:
        return list(islice(_texts_of(parser.parse(pattern)), MOST_TEXTS))
    except (re.error, RecursionError):
        return []


def _texts_of(items: Any) -> Iterator[str]:
    """Yield the texts of a parsed pattern. A repeat counts as often as it must, what is any character as a space."""
    if not len(items):
        yield ""
        return
    first, rest = items[0], items[1:]
    for head in _texts_of_item(str(first[0]), first[1]):
        for tail in _texts_of(rest):
            yield head + tail


def _texts_of_item(code: str, argument: Any) -> Iterator[str]:
    if code == "LITERAL":
        yield chr(argument)
    elif code == "BRANCH":
        for branch in argument[1]:
            yield from _texts_of(branch)
    elif code in ("SUBPATTERN", "ATOMIC_GROUP"):
        yield from _texts_of(argument if code == "ATOMIC_GROUP" else argument[-1])
    elif code in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, body = argument
        times = max(min(int(least), 3), 1 if int(most) == 1 else 0)
        for text in _texts_of(body) if times else iter([""]):
            yield text * times
    elif code == "IN":
        literals = [chr(one) for kind, one in argument if str(kind) == "LITERAL"]
        negated = any(str(kind) == "NEGATE" for kind, _ in argument)
        yield from literals if literals and not negated else [" "]
    elif code in ("ANY", "NOT_LITERAL", "CATEGORY"):
        yield " "
    else:  # places (\b, ^, $), what must not follow, references
        yield ""


def _contacts_of_new_ids(contacts: dict[str, Any]) -> dict[str, Any]:
    cards = {new: text for old, text in contacts.get("cards", {}).items() for new in IDS.get(old, [old])}
    return {**contacts, "cards": cards}


def _cards_by_pattern(cards: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """Return the cards that are whole; None, which brings the built-in ones back, where there is none."""
    old_ids = {new: old for old, (new, *_) in IDS.items()}
    whole = [card for card in cards if "title" in card and card.get("examples")]
    return [
        {
            **{key: value for key, value in card.items() if key != "examples"},
            "id": old_ids.get(card["id"], card["id"].replace("_", "-")),
            "patterns": [re.escape(one) for one in card["examples"][:50]],
        }
        for card in whole
    ] or None


def _contacts_of_old_ids(contacts: dict[str, Any]) -> dict[str, Any]:
    old_ids = {new: old for old, (new, *_) in IDS.items()}
    cards = {old_ids.get(new, new.replace("_", "-")): text for new, text in contacts.get("cards", {}).items()}
    return {**contacts, "cards": cards}
