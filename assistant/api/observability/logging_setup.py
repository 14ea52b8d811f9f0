"""The log of the service, on standard error: readable lines at a terminal, JSON lines otherwise.

Everything logged through :mod:`logging` has the same format. Entries that belong to a request have its ``request_id``.
The log contains no text of questions, and no names or addresses of documents. A terminal, which somebody looks at, gets
no line for each request.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

__all__ = ["configure"]


def configure(stream: TextIO | None = None) -> None:
    """Send the log of this process to ``stream`` (by default standard error). This replaces existing log handlers."""
    target = stream or sys.stderr
    is_terminal = target.isatty()
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if is_terminal else "iso", utc=not is_terminal),
    ]
    rendering: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if is_terminal:
        rendering.append(structlog.dev.ConsoleRenderer(pad_event_to=0))
    else:
        rendering += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    handler = logging.StreamHandler(target)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=processors, processors=rendering))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("sinzi").setLevel(logging.INFO)
    logging.getLogger("sinzi.request").setLevel(logging.WARNING if is_terminal else logging.INFO)
