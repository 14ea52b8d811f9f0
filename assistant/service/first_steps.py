"""The first steps of a new organisation: a document, a colleague, a question."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from assistant.service.callers import Caller
from kb.library import user_settings
from kb.people import accounts, invitations
from kb.people.access import Ability
from kb.store.tables.activity_tables import MessageRow
from kb.store.tables.library_tables import VersionRow
from kb.store.tables.states import READABLE

__all__ = ["dismiss", "first_steps"]

_DISMISSED = "first_steps_dismissed"


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What the organisation has done of its first steps.

    Attributes:
        document: whether a document can be asked about.
        colleague: whether somebody else is a member or invited.
        question: whether a question was asked in the pages.
        dismissed: whether this person does not want to be led any more.
        offered: whether this person can do them: uploads documents or invites people.
    """

    document: bool
    colleague: bool
    question: bool
    dismissed: bool
    offered: bool

    @property
    def led(self) -> bool:
        """Whether the person's first page is that of the steps."""
        return self.offered and not self.dismissed and not (self.document and self.colleague and self.question)


def first_steps(caller: Caller, user_id: int) -> FirstSteps:
    """Return the first steps of a person's organisation."""
    settings, tenant = caller.service.settings, caller.tenant.slug
    others = len(accounts.members(settings, tenant)) > 1 or bool(invitations.listing(settings, tenant))
    return FirstSteps(
        document=_exists(caller, sa.select(VersionRow.id).where(VersionRow.state.in_(READABLE))),
        colleague=others or not caller.may(Ability.MANAGE),
        question=_exists(caller, sa.select(MessageRow.id)),
        dismissed=bool(user_settings.get(caller.library, user_id, _DISMISSED, False)),
        offered=bool(caller.reach.edit) or caller.may(Ability.MANAGE),
    )


def dismiss(caller: Caller, user_id: int, dismissed: bool) -> None:
    """Keep whether a person wants to be led through the first steps."""
    user_settings.put(caller.library, user_id, _DISMISSED, dismissed or None)


def _exists(caller: Caller, query: sa.Select[int]) -> bool:
    with caller.library.session() as session:
        return session.scalar(query.limit(1)) is not None
