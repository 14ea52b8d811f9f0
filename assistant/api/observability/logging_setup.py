"""The service's log, on standard error: lines for a person at a terminal, JSON lines for anything else.

Everything logged through :mod:`logging` comes out in one shape. What belongs to one request carries its
``request_id``. No text of a question, no name and no address of a document stands in it.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

__all__ = ["configure"]


def configure(stream: TextIO | None = None) -> None:
    """Send the log of this process to ``stream`` (by default standard error), in place of what was set before."""
    target = stream or sys.stderr
    person = target.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if person else "iso", utc=not person),
    ]
    shown: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if person:
        shown.append(structlog.dev.ConsoleRenderer(pad_event_to=0))
    else:
        shown += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    handler = logging.StreamHandler(target)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=shown))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("sinzi").setLevel(logging.INFO)
