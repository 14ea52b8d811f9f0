"""Outlook's envelope ``winmail.dat`` (TNEF), read with tnefparse: the body and the attachments of a mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tnefparse import TNEF

from ingest.parsers.mail.mail_body import add_body
from ingest.parsers.rtf.rtf_document import parse_rtf
from ingest.parsers.shared.attachments import AttachmentFolder
from ingest.parsers.shared.element_builder import ElementBuilder
from ingest.parsers.shared.encoding import decode
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import safe_name
from kb.core.errors import FileRejected

__all__ = ["open_envelope", "parse"]


@dataclass(slots=True)
class _Envelope:
    """What an envelope holds: the body as plain text, HTML or RTF ("" if not there); attachments as (name, content)."""

    plain: str = ""
    html: str = ""
    rtf: bytes = b""
    attachments: list[tuple[str, bytes]] = field(default_factory=list)


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read a ``winmail.dat`` that was saved as a file.

    Raises:
        FileRejected: ``file_broken``.
    """
    envelope = open_envelope(path.read_bytes())
    if envelope is None:
        raise FileRejected("file_broken", name=context.filename)
    builder, folder = ElementBuilder(), AttachmentFolder(context)
    add_body(builder, envelope.plain, [envelope.html] if envelope.html else [])
    if not builder.elements and envelope.rtf:
        builder.elements += parse_rtf(envelope.rtf).elements
    for name, data in envelope.attachments:
        folder.save(safe_name(name), data)
    return ParsedDocument(builder.elements, attachments=folder.saved)


def open_envelope(data: bytes) -> _Envelope | None:
    """Return the content of a TNEF stream; None if it cannot be read."""
    try:
        tnef = TNEF(data, do_checksum=False)
        return _Envelope(
            plain=_text(tnef.body, tnef), html=_text(tnef.htmlbody, tnef), rtf=_bytes(tnef.rtfbody),
            attachments=[
                (name, bytes(one.data)) for name, one in zip(_names(tnef), tnef.attachments, strict=True) if one.data
            ],
        )  # fmt: skip
    except Exception:  # damaged bytes lead the library to all kinds of errors
        return None


def _names(tnef: TNEF) -> list[str]:
    """Return the names of the attachments, in order; the library would decode them as UTF-8 only."""
    names: list[str] = []
    for one in tnef.objects:
        if one.name == TNEF.ATTATTACHRENDDATA:
            names.append("")
        elif one.name == TNEF.ATTATTACHTITLE and names:
            names[-1] = _text(one.data, tnef)
    names += [""] * (len(tnef.attachments) - len(names))
    return [name or f"attachment-{number}" for number, name in enumerate(names[: len(tnef.attachments)], start=1)]


def _text(value: bytes | str | None, tnef: TNEF) -> str:
    """Return a text that ends with a zero byte; the envelope states its code page."""
    if isinstance(value, bytes):
        return decode(value.rstrip(b"\0"), tnef.codepage)[0]
    return (value or "").rstrip("\0")


def _bytes(value: bytes | str | None) -> bytes:
    return value.encode("latin-1", "replace") if isinstance(value, str) else value or b""
