"""The MCP tools and resources. They are the same for every transport; ``resolve_caller`` finds the caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from assistant.cards.subject_cards import CardId
from assistant.conversations.stored_answer import view_of
from assistant.events import final_answer
from assistant.mcp import document_text
from assistant.mcp.tool_schemas import AskResult, DocumentText, Quote, SearchHits, SearchPassage
from assistant.service.asking import finish_answer, start_answer
from assistant.service.callers import Caller, limit_questions
from assistant.service.links import Links
from assistant.service.plain_markup import as_plain_markup
from assistant.service.running_service import Service
from assistant.sources.readable_versions import document_versions
from assistant.turn import Turn
from kb.core.errors import Forbidden, SinziError
from kb.core.local_date import IsoDate
from kb.library import audit
from kb.people.access import Ability

__all__ = ["build"]

CallerResolver = Callable[[Context[Any, Any]], Caller]

_INSTRUCTIONS = (
    "The documents of a social-welfare organisation in Hong Kong: handbooks, circulars, forms, minutes. "
    "Use `ask` for a question a worker has: its answer quotes the exact words of the documents, and says so if they do "
    "not answer; keep its markers [n] and name document, clause and page. In an emergency it has a `card`: show its "
    "numbers first, its `others_line` if there is one, and add nothing of your own. Use `search` for passages to "
    "read yourself, and `get_document` for the text around them. Questions may be Cantonese, written Chinese or "
    "English."
)
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)

Question = Annotated[str, Field(min_length=1, max_length=20_000, description="In the words of the person who asks.")]
Collections = Annotated[
    list[Annotated[str, Field(max_length=40)]] | None,
    Field(max_length=100, description="Short names of the collections to search; by default all that may be read."),
]
AsOf = Annotated[
    IsoDate | None, Field(description="The day for which it should be valid (YYYY-MM-DD); today by default.")
]
History = Annotated[
    list[str] | None, Field(max_length=50, description="Earlier questions of the same conversation, oldest first.")
]
WithCard = Annotated[
    bool | CardId,
    Field(
        description="False if the person says that it is no emergency: then it is answered like any other. The id of a "
        "card, from `others` of the card that was shown, if it is that one."
    ),
]
DocumentId = Annotated[int, Field(ge=1, le=2**31 - 1, description="From a result of search or ask.")]


def build(service: Service, resolve_caller: CallerResolver) -> MCPServer[Any]:
    """Return the MCP server.

    Args:
        resolve_caller: returns the caller of a request, or raises a :class:`SinziError`.
    """
    server: MCPServer[Any] = MCPServer(
        "sinzi", title="Sinzi 善知", instructions=_INSTRUCTIONS, version=version("sinzi"), log_level="WARNING"
    )

    @server.tool(title="Search the documents", annotations=_READS)
    def search(
        context: Context[Any, Any],
        question: Question,
        limit: Annotated[int, Field(ge=1, le=50, description="How many passages at most.")] = 8,
        collections: Collections = None,
        as_of: AsOf = None,
    ) -> SearchHits:
        """Find the passages most similar to a question, best first. A similar passage need not answer the question."""
        with _as_tool_errors(service):
            caller = _require_ability(resolve_caller(context), Ability.READ)
            limit_questions(caller)
            retriever = caller.retriever()
            slugs = caller.searchable_collections(collections)
            passages = retriever.retrieve(question, limit=limit, collections=slugs, as_of=as_of)
            audit.record(caller.library, caller.actor, "question.search", via="mcp")
            document_versions_by_id = document_versions(caller.library, (one.version_id for one in passages))
            return SearchHits(
                passages=[
                    SearchPassage(
                        document_id=document_versions_by_id[one.version_id].document.id,
                        document=one.document,
                        title=one.title,
                        collection=one.collection,
                        version=one.version,
                        clause=one.clause,
                        headings=one.heading_path,
                        pages=one.pages,
                        effective_from=one.effective_from,
                        effective_to=one.effective_to,
                        text=as_plain_markup(one.text),
                        score=one.score,
                    )
                    for one in passages
                ]
            )

    @server.tool(title="Ask the documents", annotations=_READS)
    def ask(
        context: Context[Any, Any],
        question: Question,
        history: History = None,
        collections: Collections = None,
        as_of: AsOf = None,
        card: WithCard = True,
    ) -> AskResult:
        """Answer a question with exact quotes, each with document, version, clause and page, or refuse to answer."""
        with _as_tool_errors(service):
            caller = _require_ability(resolve_caller(context), Ability.ASK)
            turn = Turn(question, history or (), caller.searchable_collections(collections), as_of, card=card)
            answer = final_answer(start_answer(caller, turn))
            view = view_of(finish_answer(caller, turn, answer))
            links = Links(service.settings.public_url, caller.tenant.slug)
            citations, procedure = (
                [
                    Quote(url=links.source(one), **one.model_dump() | {"quote": as_plain_markup(one.quote)})
                    for one in places
                ]
                for places in (view.citations, view.procedure)
            )
            rest = view.model_dump(exclude={"citations", "procedure"}) | {"answer": as_plain_markup(view.answer)}
            return AskResult(**rest, citations=citations, procedure=procedure)

    @server.tool(title="Read a document", annotations=_READS)
    def get_document(
        context: Context[Any, Any],
        document_id: DocumentId,
        version: Annotated[int | None, Field(ge=1, le=2**31 - 1, description="By default the published one.")] = None,
        first_piece: Annotated[int, Field(ge=1, le=2**31 - 1, description="Where to read on; 1 is the start.")] = 1,
    ) -> DocumentText:
        """Read a document: its outline, and its text in pieces with clauses and pages."""
        with _as_tool_errors(service):
            return document_text.read(
                _require_ability(resolve_caller(context), Ability.READ), document_id, version, first_piece
            )

    @server.resource("sinzi://documents/{document_id}", title="A document's text", mime_type="text/markdown")
    def document(document_id: str, context: Context[Any, Any]) -> str:
        """The whole text of a document as Markdown, with headings and pages. Ids come from search and ask."""
        try:
            number = int(document_id) if document_id.isdecimal() and len(document_id) < 10 else 0
            return document_text.as_markdown(_require_ability(resolve_caller(context), Ability.READ), number)
        except SinziError as error:
            raise ResourceNotFoundError(_error_text(error, service)) from error

    return server


def _require_ability(caller: Caller, ability: Ability) -> Caller:
    if not caller.may(ability):
        raise Forbidden("not_allowed")
    return caller


@contextmanager
def _as_tool_errors(service: Service) -> Iterator[None]:
    """Turn a :class:`SinziError` into a :class:`ToolError`, so that the calling model reads its message and code."""
    try:
        yield
    except SinziError as error:
        raise ToolError(_error_text(error, service)) from error


def _error_text(error: SinziError, service: Service) -> str:
    return f"{error.message(service.settings.locale)} [{error.code}]"
