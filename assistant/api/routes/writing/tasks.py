"""Summarise a document, compare two versions, draft a text from documents, translate a passage."""

from __future__ import annotations

from fastapi import APIRouter, Request

from assistant.api.auth.dependencies import Asker, Reader
from assistant.api.http.reader_gone import ReaderGoneDep
from assistant.api.schemas.bodies import Id
from assistant.api.schemas.task_schemas import (
    ChangesPublic,
    ChangesRequest,
    DraftRequest,
    SummaryRequest,
    TranslationPublic,
    TranslationRequest,
    WrittenTextPublic,
    changes_public,
    translation_public,
    written_text_public,
)
from assistant.evidence.quotable_spans import QuotableSpan
from assistant.llm.requester import Requester
from assistant.service.callers import Caller, check_still_allowed, limit_questions
from assistant.sources import readable_versions
from assistant.tasks import drafting, summary, translation, version_changes
from assistant.tasks.answer_sources import load_answer_source
from assistant.tasks.written_text import WrittenText
from kb.core.errors import Conflict, Forbidden, Misconfigured, NotFound
from kb.language.detect import Language, detect
from kb.library import audit
from kb.people.access import Ability
from kb.search.passage import passage

__all__ = ["compare_versions", "reader_language", "router", "summarise_document"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["tasks"])


@router.post("/documents/{document_id}/summary", summary="Summarise a document")
def summarise(
    document_id: Id, body: SummaryRequest, request: Request, caller: Reader, gone: ReaderGoneDep
) -> WrittenTextPublic:
    """`points` are the key clauses, word for word. If there is a language model, it writes `text` from them."""
    language = body.language or reader_language(request)
    requester = Requester(caller.actor, gone)
    return summarise_document(caller, document_id, body.version, language, requester if body.generate else None)


@router.post("/documents/{document_id}/changes", summary="Compare two versions of a document")
def changes(document_id: Id, body: ChangesRequest, caller: Reader) -> ChangesPublic:
    """Return each changed clause with both wordings as citations, and the words that differ."""
    return compare_versions(caller, document_id, body.earlier, body.later)


@router.post("/drafts", summary="Draft an e-mail, a notice or minutes")
def draft(body: DraftRequest, caller: Asker, gone: ReaderGoneDep) -> WrittenTextPublic:
    """Draft from what the documents say about a question, or from a stored answer's quotes. The draft is not stored."""
    written = _draft(caller, body, Requester(caller.actor, gone))
    return written_text_public(caller.library, written)


@router.post("/chunks/{chunk}/translation", summary="Translate a passage")
def translate(chunk: Id, body: TranslationRequest, caller: Reader, gone: ReaderGoneDep) -> TranslationPublic:
    """This needs a language model: 409 `llm_needed` if the organisation has none. The clause number stays as it is."""
    source, row = readable_versions.quoted_chunk(caller.library, caller.reach, chunk)
    limit_questions(caller)
    start, end = min(body.start, len(row.text)), min(body.end, len(row.text))
    if not row.text[start:end].strip():
        raise NotFound("passage_gone", document=source.document.name)
    span = QuotableSpan(passage(row, source), start, end)
    other = Language.TRADITIONAL if row.language == Language.ENGLISH else Language.ENGLISH
    try:
        retriever, requester = caller.retriever(), Requester(caller.actor, gone)
        written = translation.translate(retriever, span, body.language or other, requester)
    except Misconfigured as error:
        raise Conflict(error.code, **error.detail) from error
    check_still_allowed(caller, Ability.READ, read=[source.collection.slug])
    _record_task(
        caller, "document.translate", source.document.name, written.language, left=written.egress.sent_externally
    )
    return translation_public(caller.library, written)


def summarise_document(
    caller: Caller, document_id: int, version: int | None, language: Language, requester: Requester | None = None
) -> WrittenTextPublic:
    """Summarise a document that the caller may read. The route and the page use this function.

    Args:
        version: the number of the version; by default the newest.
        requester: who asks a language model; None where none may be used.

    Raises:
        NotFound: ``document_not_found``, ``version_not_found``.
        TooMany: ``too_many_requests``.
    """
    collection, document = caller.document(document_id)
    limit_questions(caller)
    written = summary.summarise(
        caller.retriever(),
        document.name,
        language,
        version=version,
        collections=[collection.slug],
        generate=requester is not None,
        requester=requester,
    )
    check_still_allowed(caller, Ability.READ, read=[collection.slug])
    _record_task(
        caller,
        "document.summarise",
        document.name,
        written.language,
        answerer=written.answerer,
        left=written.egress.sent_externally,
    )
    return written_text_public(caller.library, written)


def compare_versions(caller: Caller, document_id: int, earlier: int | None, later: int | None) -> ChangesPublic:
    """Compare two versions of a document that the caller may read. The route and the page use this function.

    Args:
        earlier: the number of a version; by default the one before ``later``.
        later: the number of a version; by default the newest.

    Raises:
        NotFound: ``document_not_found``, ``version_not_found``.
        InputError: ``versions_needed`` if there is only one version and no number is given.
        TooMany: ``too_many_requests``.
    """
    collection, document = caller.document(document_id)
    limit_questions(caller)
    found = version_changes.compare(caller.library, document.name, earlier, later, collections=[collection.slug])
    check_still_allowed(caller, Ability.READ, read=[collection.slug])
    audit.record(
        caller.library, caller.actor, "document.compare", document.name, earlier=found.earlier, later=found.later
    )
    return changes_public(caller.library, found)


def _draft(caller: Caller, body: DraftRequest, requester: Requester) -> WrittenText:
    retriever = caller.retriever()
    if body.question is not None:
        collections = caller.searchable_collections(body.collections)
        limit_questions(caller)
        language = body.language or detect(body.question)
        written = drafting.draft(
            retriever, body.kind, body.question, language,
            collections=collections, as_of=body.as_of, generate=body.generate, requester=requester,
        )  # fmt: skip
        check_still_allowed(caller, Ability.ASK, read=collections)
        about = ", ".join(collections)
    else:
        if caller.user is None or body.message is None:
            raise Forbidden("not_allowed")  # programs have no stored answers
        answer = load_answer_source(caller.library, caller.user.id, caller.reach, body.message)
        limit_questions(caller)
        written = drafting.draft_from(
            retriever, body.kind, answer.question, body.language or answer.language, answer.citations,
            as_of=answer.as_of, unsure=answer.unsure, generate=body.generate, requester=requester,
        )  # fmt: skip
        load_answer_source(caller.library, caller.user.id, caller.find_again().reach, body.message)  # still readable
        about = ", ".join(sorted({one.document for one in written.citations}))
    _record_task(
        caller,
        "draft.write",
        about,
        written.language,
        kind=body.kind,
        answerer=written.answerer,
        left=written.egress.sent_externally,
    )
    return written


def reader_language(request: Request) -> Language:
    """Return the language of texts for this reader: the interface language of the request."""
    return Language.ENGLISH if request.state.locale == "en" else Language.TRADITIONAL


def _record_task(caller: Caller, action: str, subject: str, language: str, **detail: str | bool) -> None:
    audit.record(caller.library, caller.actor, action, subject, language=language, **detail)
