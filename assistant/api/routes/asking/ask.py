"""Ask one question without a conversation; suggested questions; how a person reads answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from assistant.answers.answer_view import AnswerView
from assistant.answers.script_conversion import Script, in_script
from assistant.api.auth.dependencies import Asker, Editor, PersonDep
from assistant.api.http.reader_gone import ReaderGoneDep
from assistant.api.schemas.bodies import Body, Slug
from assistant.api.schemas.question_schemas import Question, QuestionText
from assistant.conversations import suggestions
from assistant.conversations.stored_answer import view_of
from assistant.events import final_answer
from assistant.service.asking import finish_answer, save_script, script_of, start_answer
from assistant.turn import Turn
from kb.library import audit

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["ask"])
SuggestedText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Ask(Question):
    """A question with the earlier questions (``history``, oldest first) that a follow-up question refers to."""

    history: list[QuestionText] = Field(default=[], max_length=20)
    script: Script = "hant"


class SuggestionPublic(BaseModel):
    """A suggested question."""

    collection: str = Field(examples=["main"])
    question: str = Field(examples=["有關「假期」，文件有甚麼規定？"])


class SuggestionsUpdate(Body):
    """The suggested questions of a collection, in order. If there are none, they are made from its headings."""

    questions: list[SuggestedText] = Field(max_length=suggestions.MOST, examples=[["病假要唔要醫生紙？"]])


class Preferences(Body):
    """How a person reads answers: in Traditional ("hant") or Simplified ("hans") characters. Quotes do not change."""

    script: Script


@router.post("/ask", summary="Ask one question")
def ask(body: Ask, caller: Asker, gone: ReaderGoneDep) -> AnswerView:
    """Answer from the documents in force on the day. If they do not answer the question, `refused` is true."""
    turn = Turn(
        question=body.question,
        history=body.history,
        collections=caller.searchable_collections(body.collections),
        as_of=body.as_of,
        generate=body.generate,
        card=body.card,
    )
    answer = final_answer(start_answer(caller, turn, gone))
    return in_script(view_of(finish_answer(caller, turn, answer)), body.script)


@router.get("/suggestions", summary="Suggest questions")
def offered(
    caller: Asker, collections: Annotated[list[Slug] | None, Query(max_length=200)] = None
) -> list[SuggestionPublic]:
    """A few questions about the collections: the stored ones, else questions made from headings of documents."""
    found = suggestions.suggest(caller.library, caller.searchable_collections(collections), _locale(caller.user))
    return [SuggestionPublic(collection=one.collection, question=one.question) for one in found]


def _locale(user: object) -> str:
    return str(getattr(user, "locale", "zh-HK"))


@router.get("/collections/{collection}/suggestions", summary="Show the suggested questions of a collection")
def kept(collection: Slug, caller: Asker) -> SuggestionsUpdate:
    return SuggestionsUpdate(questions=suggestions.stored(caller.library, caller.collection(collection)))


@router.put(
    "/collections/{collection}/suggestions", summary="Set the suggested questions of a collection", status_code=204
)
def keep(collection: Slug, body: SuggestionsUpdate, caller: Editor) -> None:
    row = caller.collection(collection, edit=True)
    suggestions.replace(caller.library, row, body.questions)
    audit.record(caller.library, caller.actor, "suggestions.change", row.slug, count=len(body.questions))


@router.get("/ask/preferences", summary="Show how a person reads answers")
def preferences(person: PersonDep) -> Preferences:
    return Preferences(script=script_of(person.caller.library, person.id))


@router.put("/ask/preferences", summary="Change how a person reads answers", status_code=204)
def prefer(body: Preferences, person: PersonDep) -> None:
    save_script(person.caller.library, person.id, body.script)
