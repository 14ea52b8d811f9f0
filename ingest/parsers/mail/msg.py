"""The parser of Outlook mail (MSG), with python-oxmsg; it gives the same elements as EML."""

from __future__ import annotations

from pathlib import Path

from oxmsg import Message

from ingest.parsers.mail.mail_body import add_body
from ingest.parsers.shared.attachments import AttachmentFolder
from ingest.parsers.shared.element_builder import ElementBuilder
from ingest.parsers.shared.encoding import decode
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import safe_name
from kb.core.errors import FileRejected

__all__ = ["parse"]

_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".bmp")


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read a MSG: the subject as Title, the headers as one Text, the body; attachments as files.

    Raises:
        FileRejected: ``file_encrypted`` for an S/MIME envelope.
    """
    message = Message.load(str(path))
    kind = (message.message_class or "").upper()
    if "SMIME" in kind and "MULTIPARTSIGNED" not in kind:
        raise FileRejected("file_encrypted", name=context.filename)
    builder, notes, folder = ElementBuilder(), [], AttachmentFolder(context)
    builder.title(message.subject or "")
    headers = message.message_headers
    recipients = ", ".join(_person(r.name, r.email_address) for r in message.recipients)
    sent = message.sent_date
    lines = {
        "From": message.sender,
        "To": headers.get("To") or recipients,
        "Cc": headers.get("Cc"),
        "Date": headers.get("Date") or (sent.strftime("%Y-%m-%d %H:%M") if sent else None),
    }
    builder.text("\n".join(f"{name}: {value}" for name, value in lines.items() if value))
    html = message.html_body
    page = decode(html)[0] if isinstance(html, bytes) else html
    add_body(builder, message.body or "", [page] if page else [], subject=message.subject or "")
    for attachment in message.attachments:
        name = attachment.file_name or "attachment"
        data = attachment.file_bytes if attachment.attached_by_value else None
        if not data:
            notes.append(f"attachment_not_read:{name}")
        elif name.lower().endswith(_IMAGES) and page and name in page:
            notes.append(f"inline_image:{name}")
        else:
            folder.save(safe_name(name), data)
    return ParsedDocument(
        builder.elements, title=message.subject or None, date=sent.date() if sent else None, notes=notes,
        attachments=folder.saved,
    )  # fmt: skip


def _person(name: str | None, address: str | None) -> str:
    return f"{name} <{address}>" if name and address and name != address else name or address or ""
