"""An organisation's glossary: names that mean the same, so that a question with one name finds the others."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from assistant.api.auth.dependencies import Manager, Reader
from assistant.api.schemas.bodies import Body, Id
from kb.library import audit, tenant_glossary
from kb.library.tenant_glossary import Term
from kb.store.tables.activity_tables import GlossaryRow

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}/glossary", tags=["glossary"])
Cell = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]


class TermCreate(Body):
    """Names of one thing, at least two in all. Several names in one field are separated by ";"."""

    written: Cell = Field(default="", examples=["高齡津貼"])
    colloquial: Cell = Field(default="", examples=["生果金; 老人金"])
    english: Cell = Field(default="", examples=["Old Age Allowance"])
    abbreviations: Cell = Field(default="", examples=["OAA"])


class TermPublic(BaseModel):
    """A term of the glossary."""

    id: int
    written: str
    colloquial: str
    english: str
    abbreviations: str


class GlossaryImport(Body):
    """CSV with the columns written, colloquial, english, abbreviations. ``replace`` removes all other terms."""

    csv: str = Field(max_length=900_000, examples=["written,colloquial,english,abbreviations\n院友,老友記,resident,\n"])
    replace: bool = False


class GlossaryImportResult(BaseModel):
    """The number of new terms."""

    added: int


@router.get("", summary="List terms")
def listing(caller: Reader) -> list[TermPublic]:
    return [_public(row) for row in tenant_glossary.listing(caller.library)]


@router.post("", status_code=201, summary="Add a term")
def add(body: TermCreate, caller: Manager) -> TermPublic:
    """Search uses the term from the next question on."""
    row = tenant_glossary.add(caller.library, Term(**body.model_dump()))
    audit.record(caller.library, caller.actor, "glossary.add", _display_name(row))
    return _public(row)


@router.put("/{term_id}", summary="Change a term")
def change(term_id: Id, body: TermCreate, caller: Manager) -> TermPublic:
    row = tenant_glossary.change(caller.library, term_id, Term(**body.model_dump()))
    audit.record(caller.library, caller.actor, "glossary.change", _display_name(row))
    return _public(row)


@router.delete("/{term_id}", status_code=204, response_class=Response, summary="Remove a term")
def remove(term_id: Id, caller: Manager) -> None:
    tenant_glossary.remove(caller.library, term_id)
    audit.record(caller.library, caller.actor, "glossary.remove", str(term_id))


@router.post("/import", summary="Add terms from CSV")
def import_(body: GlossaryImport, caller: Manager) -> GlossaryImportResult:
    """Import all lines or none: one invalid line stops the import."""
    content, parser = body.csv.encode(errors="replace"), tenant_glossary.convert_csv
    with caller.service.parsing.parsed(caller.tenant, parser, "glossary.csv", content) as result:
        terms = tenant_glossary.from_json(result.read_text(encoding="utf-8"))
    added = tenant_glossary.import_terms(caller.library, terms, replace=body.replace)
    audit.record(caller.library, caller.actor, "glossary.import", added=added, replaced=body.replace)
    return GlossaryImportResult(added=added)


@router.get(
    "/export", summary="Export terms as CSV", response_class=Response, responses={200: {"content": {"text/csv": {}}}}
)
def export(caller: Reader) -> Response:
    text = tenant_glossary.as_csv(tenant_glossary.listing(caller.library))
    audit.record(caller.library, caller.actor, "glossary.export")
    headers = {"Content-Disposition": f'attachment; filename="glossary-{caller.tenant.slug}.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _display_name(row: GlossaryRow) -> str:
    return row.written or row.colloquial or row.english or row.abbreviations


def _public(row: GlossaryRow) -> TermPublic:
    return TermPublic.model_validate(row, from_attributes=True)
