"""Whether search may use a collection's vectors in Chroma, which it does only in large libraries.

Before a process trusts a store, it compares it with the records, in a thread of its own; until then, and where
something is wrong, search compares the question with the vectors in the records. The first question of a process does
not begin that: a command that asks once would end before the comparison does.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from kb.core.errors import SinziError, Transient
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.dense import store_marks, store_repair
from kb.store import writer_lock

__all__ = ["distrust", "is_trusted"]

_LOG = logging.getLogger("sinzi.vectors")
_PAUSE_SECONDS = 60.0


@dataclass(slots=True)
class _State:
    asked: bool = False
    trusted: bool = False
    comparing: bool = False
    next_try: float = 0.0


_STATES: dict[tuple[str, Path, str], _State] = {}
_GUARD = threading.Lock()


def _state(settings: Settings, library: Library, slug: str) -> _State:
    return _STATES.setdefault((settings.chroma_url, library.tenant.home, slug), _State())


def is_trusted(settings: Settings, library: Library, slug: str) -> bool:
    """Return whether search may use the store now; if not, the store is compared and repaired in the background."""
    with _GUARD:
        state = _state(settings, library, slug)
        if state.trusted and not store_marks.is_behind(library.tenant):
            return True
        state.trusted = False
        if state.asked and not state.comparing and time.monotonic() >= state.next_try:
            state.comparing = True
            # No daemon: a thread that is stopped inside Chroma ends the process with a signal.
            threading.Thread(target=_compare, args=(settings, library, slug, state), name="vectors").start()
        state.asked = True
        return False


def distrust(settings: Settings, library: Library, slug: str, error: Transient) -> None:
    """Do not use the store until it has been compared again."""
    _LOG.warning("The search index of %s/%s is not used. %s", library.tenant.slug, slug, error)
    with _GUARD:
        state = _state(settings, library, slug)
        state.trusted, state.next_try = False, time.monotonic() + 1.0


def _compare(settings: Settings, library: Library, slug: str, state: _State) -> None:
    sound = False
    try:
        sound = _is_sound(settings, library, slug) or _repaired(settings, library, slug)
    except SinziError as error:
        _LOG.warning("The search index of %s/%s was not repaired. %s", library.tenant.slug, slug, error)
    finally:
        with _GUARD:
            state.trusted, state.comparing = sound, False
            state.next_try = time.monotonic() + _PAUSE_SECONDS


def _is_sound(settings: Settings, library: Library, slug: str) -> bool:
    if store_marks.is_behind(library.tenant):
        return False
    try:
        missing, _, problem = store_repair.compare(settings, library, library.collection(slug))
    except Transient as error:
        missing, problem = set(), error.message("en")
    if missing:
        problem = f"{len(missing)} vectors are missing."
    if problem:
        _LOG.warning(
            "The search index of %s/%s is not used; questions are compared with the records. %s To mend it: "
            "kb rebuild --tenant %s",
            library.tenant.slug,
            slug,
            problem,
            library.tenant.slug,
        )
    return not problem


def _repaired(settings: Settings, library: Library, slug: str) -> bool:
    """Repair the store if this process may write, and compare again."""
    if not writer_lock.held_here(settings.data):
        return False
    store_repair.repair(settings, library)
    return _is_sound(settings, library, slug)
