"""The model's checked sentences in place of a text in quotes: what summaries and drafts share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answers import generative
from assistant.answers.checked_writing import Draft, WritingFailed, fill_prompt, write_checked
from assistant.llm.gateway import open_gateway
from assistant.llm.requester import Requester
from assistant.tasks.written_text import WrittenText
from kb.language.detect import Language
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["written_by_model"]


def written_by_model(
    retriever: Retriever,
    quoted: WrittenText,
    task: str,
    passages: Sequence[Passage],
    requester: Requester,
    **values: str,
) -> WrittenText:
    """Return the text of a language model, if the tenant has one and its sentences pass the check; else ``quoted``.

    Args:
        quoted: the text in quotes; with the code of the failure where the model fails.
        task: name of the prompt.
        passages: for the model, the most important first.
        requester: who asks.
        values: the other fields of the prompt.
    """
    gateway = open_gateway(retriever.settings, retriever.library, requester)
    if gateway is None:
        return quoted
    language = Language(quoted.language)
    draft = Draft(language)
    try:
        request, sent = fill_prompt(task, language, gateway, list(passages), **values)
        for _ in write_checked(retriever, gateway, request, sent, draft):
            pass
        if not draft.citations:  # the source of every sentence was deleted in the meantime
            raise WritingFailed("unsupported")
    except WritingFailed as failure:
        return replace(quoted, fallback=failure.code, egress=gateway.egress)
    return replace(
        quoted, text=str(draft.text), answerer=generative.NAME, citations=draft.citations, egress=gateway.egress
    )
