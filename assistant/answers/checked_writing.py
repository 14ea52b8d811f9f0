"""Prompt → checked sentences. Every text that a model writes goes through this: answers and tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.answers.citations import Citation, cite, verify_citations
from assistant.answers.cited_text import CitedText
from assistant.answers.model_output import WrittenSentence, read_sentences
from assistant.checking.claim_checker import Checked, Checker, Verdict
from assistant.evidence.quotable_spans import whole
from assistant.llm import token_budget
from assistant.llm.gateway import Gateway
from assistant.messages import say
from assistant.prompts import Prompt, as_data, prompt
from kb.core.errors import SinziError
from kb.language.detect import Language, detect
from kb.language.script import to_simplified, to_traditional
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["Draft", "WritingFailed", "fill_prompt", "write_checked"]


_ADDRESS = re.compile(
    r"(?:https?|ftp|data|javascript|file)://?[^\s<>\"'「」，。；（）()]+|\bwww\.[\w./?=&%-]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b[a-z0-9-]{2,40}(?:\.[a-z0-9-]{2,40}){0,3}\.(?:com|net|org|hk|io|me|app|xyz|info|site|link|test|invalid|example)\b"
    r"(?:/[^\s<>，。；]*)?",
    re.IGNORECASE | re.ASCII,
)


class WritingFailed(Exception):
    """The model's text cannot be shown.

    Attributes:
        code: why: "may_not_leave", "silent", "unsupported", "down" …
        detail: the message of the error, if there was one.
        sentences: the sentences that the model wrote, each with its verdict.
    """

    def __init__(self, code: str, detail: str = "", sentences: Sequence[Checked] = ()) -> None:
        self.code = code
        self.detail = detail
        self.sentences = list(sentences)
        super().__init__(code, detail)


@dataclass(slots=True)
class Draft:
    """The state of a text while a model writes it; :func:`write_checked` changes it.

    Attributes:
        text: the text that has been shown so far.
        waiting: unverified sentences that wait for a supported one.
        checked: every sentence that the model wrote, with its verdict.
        supported: the number of supported sentences.
    """

    language: Language
    text: CitedText = field(default_factory=CitedText)
    waiting: list[Checked] = field(default_factory=list)
    checked: list[Checked] = field(default_factory=list)
    supported: int = 0

    @property
    def citations(self) -> list[Citation]:
        """The citations of the text so far."""
        return self.text.citations


def fill_prompt(
    task: str, language: Language, gateway: Gateway, passages: list[Passage], **values: str
) -> tuple[Prompt, list[Passage]]:
    """Return the prompt of a task, and the passages that are in it: passage number n is at index n - 1.

    Passages that may not be sent to the model are left out. ``values`` are masked, and cleaned as data like passages.

    Raises:
        WritingFailed: "may_not_leave" where no passage may be sent.
    """
    safe = {name: as_data(gateway.mask(value)) for name, value in values.items()}
    empty = prompt(task, language, passages="", **safe)
    settings = gateway.settings
    room = settings.llm_context_tokens - settings.llm_max_tokens - token_budget.tokens(empty.system + empty.user)
    sent, text = _numbered(gateway, gateway.allowed_passages(passages), room)
    if not sent:
        raise WritingFailed("may_not_leave")
    return prompt(task, language, passages=text, **safe), sent


def write_checked(
    retriever: Retriever, gateway: Gateway, request: Prompt, sent: list[Passage], draft: Draft
) -> Iterator[CitedText]:
    """Send the prompt and yield the sentences that may be shown, one by one; ``draft`` is changed accordingly.

    Raises:
        WritingFailed: the model fails, says that there is no answer, or writes nothing that the passages support.
    """
    checker = Checker(retriever, sent)
    try:
        for written in _sentences(gateway, request, sent):
            checked = _check(checker, written, draft.language)
            draft.checked.append(checked)
            yield from _showable(retriever, draft, checked)
        if not draft.supported:
            raise WritingFailed("unsupported")
    except WritingFailed as failure:
        raise WritingFailed(failure.code, failure.detail, draft.checked) from failure


def _sentences(gateway: Gateway, request: Prompt, sent: list[Passage]) -> Iterator[WrittenSentence]:
    """Yield the model's sentences with personal data restored.

    Raises:
        WritingFailed: the model fails, says that there is no answer, or writes nothing.
    """
    wrote = False
    try:
        for written in read_sentences(gateway.stream(request, sent)):
            if written.says_no_answer and not wrote:
                raise WritingFailed("silent")
            wrote = True
            yield WrittenSentence(gateway.unmask(written.text), written.cited)
    except SinziError as error:
        raise WritingFailed(error.code.removeprefix("llm_"), str(error)) from error
    if not wrote:
        raise WritingFailed("rubbish")


def _numbered(gateway: Gateway, passages: list[Passage], room: int) -> tuple[list[Passage], str]:
    """Return the passages that fit into ``room`` tokens, and their masked text for the prompt.

    The first passage is cut if it is too long alone. A later one that does not fit is left out.
    """
    blocks: list[str] = []
    sent: list[Passage] = []
    for passage in passages:
        text = _block(gateway, len(sent) + 1, passage, passage.text)
        if not sent and room > 100 and token_budget.tokens(text) > room:
            text = _block(gateway, 1, passage, passage.text[: max(0, room - 60)])
        if token_budget.tokens(text) <= room:
            blocks.append(text)
            sent.append(passage)
            room -= token_budget.tokens(text)
    return sent, "\n".join(blocks)


def _block(gateway: Gateway, n: int, passage: Passage, text: str) -> str:
    days = [day.isoformat() if day else "" for day in (passage.effective_from, passage.effective_to)]
    facts = [passage.title, passage.clause or "", f"v{passage.version}", "–".join(days) if any(days) else ""]
    head = as_data(" | ".join(fact for fact in facts if fact)).replace("\n", " ")
    return f"<<<{n}>>> {gateway.mask(head)}\n{as_data(gateway.mask(text))}\n<<<end {n}>>>"


def _check(checker: Checker, written: WrittenSentence, language: Language) -> Checked:
    """Check a sentence in the script of the question. A sentence in the other language is wrong."""
    text = to_simplified(written.text) if language is Language.SIMPLIFIED else written.text
    if language in (Language.TRADITIONAL, Language.CANTONESE):
        text = to_traditional(written.text)
    if detect(text).is_chinese != language.is_chinese:
        return Checked(text, Verdict.WRONG, "language")
    checked = checker.check(text, list(written.cited))
    source = whole(checked.match.span).text if checked.match else ""
    if not _addresses(text) <= _addresses(source):
        return Checked(text, Verdict.WRONG, "address")
    return checked


def _addresses(text: str) -> set[str]:
    """Return the web and mail addresses in a text. Where the source has none, a sentence may not lead anywhere."""
    return {match.group().rstrip(".,;:!?").casefold() for match in _ADDRESS.finditer(text)}


def _showable(retriever: Retriever, draft: Draft, checked: Checked) -> Iterator[CitedText]:
    """Yield what may be shown now. Unverified sentences wait for a supported one, because alone they are no answer."""
    if checked.verdict is Verdict.UNVERIFIED:
        draft.waiting.append(checked)
    elif checked.verdict is Verdict.SUPPORTED:
        draft.supported += 1
        draft.waiting.append(checked)
    if not draft.supported:
        return
    for one in draft.waiting:
        citation = _citation(retriever, draft, one)
        if citation is None:
            continue
        unsure = say("unverified", draft.language) if one.verdict is Verdict.UNVERIFIED else ""
        sentence = CitedText((f"{_gap(draft)}{one.text}{unsure} ", citation))
        draft.text += sentence
        yield sentence
    draft.waiting.clear()


def _gap(draft: Draft) -> str:
    return " " if draft.text.parts and not str(draft.text).endswith("\n") else ""


def _citation(retriever: Retriever, draft: Draft, checked: Checked) -> Citation | None:
    """Return the citation of the sentence's source; None if the records do not contain the quote exactly."""
    if checked.match is None:
        return None
    span = whole(checked.match.span)
    for known in draft.citations:
        if known.span == (span.passage.chunk_id, span.start, span.end):
            return known
    new = verify_citations(retriever.library, [cite(len(draft.citations) + 1, span)])
    return new[0] if new else None
