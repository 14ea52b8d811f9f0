"""REST routes of test sets: lists of questions with expected answers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi import Path as PathParam
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.auth.dependencies import Evaluator
from assistant.api.schemas.bodies import Body
from assistant.service.callers import Caller
from eval.datasets import question_files, question_import, question_sets, question_sheet
from eval.datasets.question_files import ExpectedSource, JudgedQuestion
from eval.datasets.question_sets import TestSet
from kb.core.errors import FileRejected
from kb.language.detect import detect
from kb.library import audit

__all__ = ["router"]

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_SHEET_BYTES = 10 * 2**20
# For readers of the document: a name that does not fit has an error of its own (``testset_name_invalid``).
_NAME_PATTERN = rf"^(?![. ])(?!.*[. ]$){question_sets.NAME.pattern}$"
# The request may be 64 KiB larger than the file, for the other parts of the form.
router = APIRouter(
    prefix="/api/v1/tenants/{tenant}/test-sets", tags=["measure"], max_body_size=MAX_SHEET_BYTES + 64 * 1024
)
TestSetName = Annotated[str, PathParam(min_length=1, max_length=60, description="The test set's name.")]


class PlaceModel(Body):
    """A place that answers the question; ``evidence`` is a literal quote of the document."""

    document: Annotated[str, Field(min_length=1, max_length=300)]
    page: Annotated[int | None, Field(ge=1, le=100_000)] = None
    clause: Annotated[str | None, Field(max_length=60)] = None
    evidence: Annotated[str | None, Field(max_length=2000)] = None


class QuestionCreate(Body):
    """A question; ``answerable`` says whether the documents answer it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "question": "病假要唔要醫生紙？",
                    "answerable": True,
                    "documents": [{"document": "員工手冊.pdf", "page": 7, "evidence": "須附醫生證明書"}],
                    "facts": [["醫生證明書", "medical certificate"]],
                }
            ]
        },
    )
    question: Annotated[str, Field(min_length=1, max_length=2000)]
    answerable: bool
    documents: Annotated[list[PlaceModel], Field(max_length=20)] = Field(default=[])
    facts: Annotated[
        list[Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=20)]],
        Field(max_length=20, description="Every fact as a list of its forms; one of each must stand in the answer."),
    ] = Field(default=[])
    kind: Annotated[str, Field(max_length=40)] = ""
    split: Annotated[str, Field(max_length=20)] = ""


class QuestionPublic(QuestionCreate):
    """A question of a test set."""

    id: str
    language: str


class TestSetPublic(BaseModel):
    """A test set; ``unanswerable`` counts the questions the documents do not answer."""

    name: str
    questions: int
    unanswerable: int


class TestSetDetail(TestSetPublic):
    """A test set with its questions."""

    items: list[QuestionPublic]


class TestSetCreate(Body):
    """A new, empty test set."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "人事"}]})
    name: Annotated[str, Field(min_length=1, max_length=60, json_schema_extra={"pattern": _NAME_PATTERN})]


def _public(one: TestSet) -> TestSetPublic:
    return TestSetPublic(
        name=one.name, questions=len(one.questions), unanswerable=sum(not q.answerable for q in one.questions)
    )


def _detail(one: TestSet) -> TestSetDetail:
    return TestSetDetail(**_public(one).model_dump(), items=[_question(question) for question in one.questions])


def _question(one: JudgedQuestion) -> QuestionPublic:
    return QuestionPublic(
        id=one.id,
        language=one.language,
        question=one.question,
        answerable=one.answerable,
        documents=[
            PlaceModel(document=place.document, page=place.page, clause=place.clause, evidence=place.evidence)
            for place in one.documents
        ],
        facts=[list(forms) for forms in one.facts],
        kind=one.kind,
        split=one.split,
    )


@router.get("", summary="Test sets", operation_id="list_test_sets")
def listing(caller: Evaluator) -> list[TestSetPublic]:
    return [_public(one) for one in question_sets.listing(caller.tenant)]


@router.post("", status_code=201, summary="Make an empty test set", operation_id="create_test_set")
def create(caller: Evaluator, wanted: TestSetCreate) -> TestSetPublic:
    made = question_sets.create(caller.tenant, wanted.name, [])
    audit.record(caller.library, caller.actor, "testset.create", wanted.name)
    return _public(made)


@router.post("/import", status_code=201, summary="Make a test set from a spreadsheet", operation_id="import_test_set")
def import_sheet(
    caller: Evaluator,
    name: Annotated[str, Form(min_length=1, max_length=60)],
    file: Annotated[UploadFile, File(description="CSV or XLSX as of the template, or JSON lines.")],
) -> TestSetPublic:
    """Read a table of questions; a faulty row rejects the whole table, and the error lists the faulty rows."""
    made = question_sets.create(caller.tenant, name, _read_upload(caller, file))
    audit.record(caller.library, caller.actor, "testset.import", name, questions=len(made.questions))
    return _public(made)


def _read_upload(caller: Caller, file: UploadFile) -> list[JudgedQuestion]:
    name = Path(file.filename or "questions.csv").name[:120]
    suffix = Path(name).suffix.casefold()
    if suffix not in question_import.SUFFIXES:
        raise FileRejected("file_unsupported", name=name, found=suffix or "?")
    content = file.file.read(MAX_SHEET_BYTES + 1)
    if len(content) > MAX_SHEET_BYTES:
        limit = MAX_SHEET_BYTES // 2**20
        raise FileRejected("file_too_large", name=name, size_mb=limit + 1, limit_mb=limit)
    with caller.service.parsing.parsed(caller.tenant, question_import.convert, name, content) as result:
        return question_files.read(result)


@router.get(
    "/template.xlsx",
    summary="An empty table to fill in",
    operation_id="test_set_template",
    response_class=Response,
    responses={200: {"content": {_XLSX: {}}}},
)
def template(caller: Evaluator) -> Response:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "questions.xlsx")
        question_sheet.template(path)
        content = path.read_bytes()
    return Response(
        content,
        media_type=_XLSX,
        headers={"Content-Disposition": 'attachment; filename="questions.xlsx"'},
    )


@router.get("/{name}", summary="A test set with its questions", operation_id="get_test_set")
def detail(caller: Evaluator, name: TestSetName) -> TestSetDetail:
    return _detail(question_sets.get(caller.tenant, name))


@router.delete("/{name}", status_code=204, summary="Delete a test set", operation_id="delete_test_set")
def delete(caller: Evaluator, name: TestSetName) -> None:
    """Delete a test set; its runs remain."""
    question_sets.delete(caller.tenant, name)
    audit.record(caller.library, caller.actor, "testset.delete", name)


@router.get(
    "/{name}/export",
    summary="A test set as JSON lines",
    operation_id="export_test_set",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {}}}},
)
def export(caller: Evaluator, name: TestSetName) -> Response:
    question_sets.get(caller.tenant, name)
    content = question_sets.path_of(caller.tenant, name).read_bytes()
    audit.record(caller.library, caller.actor, "testset.export", name)
    disposition = 'attachment; filename="questions.jsonl"'
    return Response(content, media_type="application/x-ndjson", headers={"Content-Disposition": disposition})


@router.post("/{name}/questions", status_code=201, summary="Add a question", operation_id="add_test_question")
def add_question(caller: Evaluator, name: TestSetName, wanted: QuestionCreate) -> QuestionPublic:
    """Add a question to a test set; a missing test set is created."""
    made = question_sets.add(
        caller.tenant,
        name,
        JudgedQuestion(
            id="",
            question=wanted.question.strip(),
            language=detect(wanted.question).value,
            answerable=wanted.answerable,
            documents=tuple(
                ExpectedSource(one.document, one.page, one.clause, one.evidence) for one in wanted.documents
            ),
            facts=tuple(tuple(forms) for forms in wanted.facts),
            kind=wanted.kind,
            split=wanted.split,
        ),
    )
    audit.record(caller.library, caller.actor, "testset.add", name)
    return _question(made)


@router.delete(
    "/{name}/questions/{question_id}",
    status_code=204,
    summary="Take a question out",
    operation_id="remove_test_question",
)
def remove_question(
    caller: Evaluator, name: TestSetName, question_id: Annotated[str, PathParam(min_length=1, max_length=100)]
) -> None:
    question_sets.remove(caller.tenant, name, question_id)
    audit.record(caller.library, caller.actor, "testset.remove", name)
