"""The only way to send text to a language model: text is masked, the request is recorded, time and tokens are limited.

Each request is in the tenant's log (:mod:`.egress_log`) before it is sent.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing

from assistant.llm import egress_log, endpoint, model_choices, token_budget
from assistant.llm.egress_record import Egress
from assistant.llm.endpoint_errors import error_of
from assistant.llm.masking import Masker
from assistant.llm.model_stream import ModelStream, import_client
from assistant.llm.requester import ReaderGone, Requester
from assistant.prompts import Prompt
from kb.core.errors import SinziError, Transient
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.passage import Passage
from kb.store.tables.states import EgressState

__all__ = ["Gateway", "open_gateway"]

# How often a request looks whether its reader is still there, in seconds.
_LOOK_EVERY = 0.2
# A server that writes so many characters per token of the limit ignores the limit.
_CHARS_PER_TOKEN = 12


def open_gateway(settings: Settings, library: Library, requester: Requester | None = None) -> Gateway | None:
    """Return the gateway to the installation's model; None where there is no model or the tenant has not enabled it.

    Args:
        requester: who asks; the command line by default.
    """
    if not endpoint.is_configured(settings):
        return None
    chosen = model_choices.read(library)
    return Gateway(settings, library, chosen, requester or Requester()) if chosen.enabled else None


def warm() -> None:
    """Import the client of the model's server. The service does this before the first question."""
    import_client()


class Gateway:
    """The access to the model for one answer.

    Attributes:
        is_internal: whether the model is on this machine or in a private network.
        egress: the record of what was sent so far.
    """

    def __init__(
        self, settings: Settings, library: Library, chosen: model_choices.ModelChoices, requester: Requester
    ) -> None:
        self.settings = settings
        self.is_internal = endpoint.is_internal(settings)
        self.egress = Egress()
        self._deadline: float | None = None
        self._library = library
        self._chosen = chosen
        self._requester = requester
        self._masker = Masker()

    def may_receive(self, collection: str) -> bool:
        """Whether text of a collection may be sent: always to an internal model, if allowed to an external one."""
        return self.is_internal or collection in self._chosen.collections

    def allowed_passages(self, passages: list[Passage]) -> list[Passage]:
        """Return the passages that may be sent."""
        return [one for one in passages if self.may_receive(one.collection)]

    def mask(self, text: str) -> str:
        """Return the text with personal data replaced by marks."""
        return self._masker.mask(text)

    def unmask(self, text: str) -> str:
        """Return the text with the marks of this answer replaced by the personal data."""
        return self._masker.unmask(text)

    def stream(
        self,
        request: Prompt,
        passages: list[Passage],
        max_tokens: int | None = None,
        collections: Sequence[str] = (),
    ) -> Iterator[str]:
        """Send the messages of a prompt and yield the pieces of the model's text as they arrive.

        The caller masks the messages, and unmasks the text.

        Args:
            passages: those in the messages, for the record.
            max_tokens: limit of the model's text; KB_LLM_MAX_TOKENS by default.
            collections: slugs of further collections that the messages have to do with, for the record.

        Raises:
            Transient: ``llm_down``, ``llm_slow``, ``llm_budget``, ``llm_rubbish``; ``llm_cut_off`` where the text came,
                but not to its end.
            Misconfigured: ``llm_key``, ``llm_model_unknown``, ``llm_key_file``.
            ReaderGone: the reader has disconnected.
        """
        most = max_tokens or self.settings.llm_max_tokens
        cost = token_budget.tokens(request.system + request.user)
        reserved = token_budget.reserve(self.settings, self._library, cost + most)
        model = ModelStream(self.settings, is_internal=self.is_internal)
        entry = self._record(request, passages, collections)
        state, code, written = EgressState.CANCELLED, "", ""
        try:
            with closing(self._pieces(model, request, most)) as pieces:
                for piece in pieces:
                    written += piece
                    yield piece
                    if len(written) > most * _CHARS_PER_TOKEN:
                        raise Transient("llm_cut_off", host=endpoint.host(self.settings))
            state = EgressState.DONE
        except SinziError as error:
            state, code = EgressState.FAILED, error.code
            raise
        finally:
            used = max(model.used_tokens or 0, 0) or cost + token_budget.tokens(written)
            token_budget.settle(self._library, reserved, used)
            egress_log.end(self._library, entry, state, code, used)

    def _pieces(self, model: ModelStream, request: Prompt, most: int) -> Generator[str]:
        if self._deadline is None:  # one time limit for all requests of an answer; it starts after the import
            warm()
            self._deadline = time.monotonic() + self.settings.llm_timeout_seconds
        model.start(_messages(request), most)
        try:
            came = False
            while (piece := self._next(model)) is not None:
                came = True
                yield piece
            if not model.is_complete:
                host = endpoint.host(self.settings)
                raise Transient("llm_cut_off", host=host) if came else Transient("llm_rubbish", host=host, reason="–")
        finally:
            model.stop()

    def _record(self, request: Prompt, passages: list[Passage], collections: Sequence[str]) -> int:
        """Add the request to the record of the answer, and to the tenant's log. Return its id there."""
        egress, messages = self.egress, _messages(request)
        slugs = {*collections, *(one.collection for one in passages)}
        version_ids = {one.version_id for one in passages}
        egress.sent_externally = not self.is_internal
        egress.host, egress.model = endpoint.host(self.settings), self.settings.llm_model
        egress.collections = sorted(slugs.union(egress.collections))
        egress.version_ids = sorted(version_ids.union(egress.version_ids))
        egress.sent += messages
        egress.masked = self._masker.counts
        return egress_log.begin(
            self._library,
            self._requester.actor,
            purpose=request.task,
            host=egress.host,
            model=egress.model,
            left=egress.sent_externally,
            collections=sorted(slugs),
            version_ids=sorted(version_ids),
            sent=messages,
            typed=request.typed,
            masked=egress.masked,
        )

    def _next(self, model: ModelStream) -> str | None:
        """Return the next piece, None at the end."""
        while True:
            if self._requester.gone.is_set():
                raise ReaderGone
            remaining = (self._deadline or 0.0) - time.monotonic()
            try:
                piece = model.next(min(remaining, _LOOK_EVERY))
            except TimeoutError:
                if remaining > _LOOK_EVERY:
                    continue
                seconds = self.settings.llm_timeout_seconds
                raise Transient("llm_slow", host=endpoint.host(self.settings), seconds=seconds) from None
            if isinstance(piece, Exception):
                raise error_of(piece, self.settings) from piece
            return piece


def _messages(request: Prompt) -> list[dict[str, str]]:
    return [{"role": "system", "content": request.system}, {"role": "user", "content": request.user}]
