"""The parser of mail (EML) and web archives (MHTML): headers, body, attachments."""

from __future__ import annotations

import re
from datetime import date
from email import policy
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from ingest.parsers.mail.mail_body import add_body
from ingest.parsers.mail.winmail import open_envelope
from ingest.parsers.shared.attachments import AttachmentFolder
from ingest.parsers.shared.element_builder import ElementBuilder, clean_text
from ingest.parsers.shared.encoding import decode
from ingest.parsers.shared.iso_dates import iso_date
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import safe_name
from kb.core.errors import FileRejected

__all__ = ["parse"]

_HEADERS = ("From", "To", "Cc", "Date")
_ENCRYPTED = {"multipart/encrypted", "application/pgp-encrypted"}
_SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
_TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
_MAX_DEPTH = 20


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read a mail: the subject as Title, the headers as one Text, the body; attachments as files.

    Raises:
        FileRejected: ``file_encrypted`` for PGP and S/MIME.
    """
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or b"\0" in data[:64]:
        data = decode(data)[0].encode("utf-8")  # a whole mail saved as UTF-16
    # compat32 keeps the raw bytes of broken headers; the modern policy raises on some of them
    message = BytesParser(policy=policy.compat32).parsebytes(data.lstrip())
    if not message.keys() and not (message.get_payload() or "").strip():  # type: ignore[union-attr]
        raise FileRejected("file_empty", name=context.filename)
    reader = _Reader(context)
    reader.read(message)
    is_archive = message.get_content_type() == "multipart/related" and reader.is_page
    title = reader.page_title if is_archive else _header(message, "Subject") or None
    return ParsedDocument(
        reader.builder.elements, title=title, date=_date(message.get("Date")), notes=reader.notes,
        attachments=reader.folder.saved,
    )  # fmt: skip


class _Reader:
    """Collects the parts of one message."""

    def __init__(self, context: ParseContext) -> None:
        self.builder = ElementBuilder()
        self.notes: list[str] = []
        self.folder = AttachmentFolder(context)
        self.page_title: str | None = None
        self.is_page = False
        self._context = context
        self._plain: list[str] = []
        self._html: list[str] = []

    def read(self, message: Message) -> None:
        """Add headers and body. The headers of a saved web page are left out."""
        self._collect(message, 0)
        self.is_page = not message.get("To") and bool(self._html) and not self._plain
        if not self.is_page:
            self.builder.title(_header(message, "Subject"))
            headers = ((name, _header(message, name)) for name in _HEADERS)
            self.builder.text("\n".join(f"{name}: {value}" for name, value in headers if value))
        self.page_title = add_body(
            self.builder, "\n\n".join(self._plain), self._html, self.is_page, _header(message, "Subject")
        )

    def _collect(self, part: Message, depth: int) -> None:
        kind = part.get_content_type()
        is_encrypted = kind in _SMIME and str(part.get_param("smime-type") or "").lower() != "signed-data"
        if kind in _ENCRYPTED or is_encrypted:
            raise FileRejected("file_encrypted", name=self._context.filename)
        if kind in _SIGNATURES or depth > _MAX_DEPTH:
            return
        if kind == "message/rfc822" or (part.is_multipart() and kind.startswith("message/")):
            for inner in part.get_payload():
                if isinstance(inner, Message):
                    self.folder.save(safe_name(_header(inner, "Subject") or "message") + ".eml", inner.as_bytes())
        elif part.is_multipart():
            for inner in part.get_payload():
                if isinstance(inner, Message):
                    self._collect(inner, depth + 1)
        else:
            self._add_leaf(part, kind)

    def _add_leaf(self, part: Message, kind: str) -> None:
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        name = _filename(part)
        disposition = str(part.get_content_disposition() or "")
        if (
            kind.startswith("text/")
            and disposition != "attachment"
            and not (name and kind not in ("text/plain", "text/html"))
        ):
            text = decode(data, part.get_content_charset())[0]
            (self._html if kind == "text/html" else self._plain).append(text)
        elif kind.startswith("image/") and (disposition != "attachment" or part.get("Content-ID")):
            self.notes.append(f"inline_image:{name or kind}")  # logos, signatures, images in the text
        elif kind in _TNEF or name.lower() == "winmail.dat":
            self._add_envelope(data, name)
        elif data and (name or disposition == "attachment"):
            self.folder.save(safe_name(name) if name else f"attachment.{kind.partition('/')[2]}", data)

    def _add_envelope(self, data: bytes, name: str) -> None:
        """Add the body and attachments of an Outlook envelope. Its body is not added where the mail has its own."""
        envelope = open_envelope(data)
        if envelope is None:
            self.notes.append(f"attachment_not_read:{name or 'winmail.dat'}")
            return
        if not "".join([*self._plain, *self._html]).strip():
            self._plain += [envelope.plain] if envelope.plain else []
            self._html += [envelope.html] if envelope.html else []
            if not (envelope.plain or envelope.html) and envelope.rtf:
                self.folder.save("message.rtf", envelope.rtf)
        for inner, content in envelope.attachments:
            self.folder.save(safe_name(inner), content)


def _date(value: object) -> date | None:
    """Return the date of a Date header, in RFC 5322 or ISO 8601; None if it is neither."""
    text = str(value or "").strip()
    try:
        return parsedate_to_datetime(text).date()
    except (TypeError, ValueError, IndexError):
        return iso_date(text)


def _header(message: Message, name: str) -> str:
    """Return a header as plain text: encoded words decoded, raw 8-bit bytes decoded by plausibility, unfolded."""
    return ", ".join(_decode_header(value) for value in message.get_all(name, []))


def _decode_header(value: object) -> str:
    raw = str(value) if not hasattr(value, "_chunks") else "".join(chunk for chunk, _ in value._chunks)
    raw = re.sub(r"\r?\n[ \t]*", " ", raw)
    if any("\udc80" <= char <= "\udcff" for char in raw):
        raw = decode(raw.encode("ascii", "surrogateescape"))[0] if _is_surrogate_ascii(raw) else raw
    raw = re.sub(r"\?=\s+=\?", "?==?", raw)  # two adjacent encoded words may each hold a part of one character
    try:
        merged: list[tuple[bytes | str, str | None]] = []
        for chunk, charset in decode_header(raw):
            if merged and charset and merged[-1][1] == charset and isinstance(chunk, bytes):
                merged[-1] = (bytes(merged[-1][0]) + chunk, charset)  # type: ignore[arg-type]
            else:
                merged.append((chunk, charset))
        parts = [chunk if isinstance(chunk, str) else _decode_chunk(chunk, charset) for chunk, charset in merged]
    except Exception:  # malformed encoded words: email raises several errors; keep the header as it is
        parts = [raw]
    return clean_text("".join(parts)).replace("\n", " ")


def _is_surrogate_ascii(raw: str) -> bool:
    return all(char < "\x80" or "\udc80" <= char <= "\udcff" for char in raw)


def _decode_chunk(chunk: bytes, charset: str | None) -> str:
    if charset is None:
        return chunk.decode("ascii") if chunk.isascii() else chunk.decode("raw-unicode-escape", "replace")
    return decode(chunk, charset)[0]


def _filename(part: Message) -> str:
    try:
        return _decode_header(part.get_filename() or "")
    except Exception:  # a broken RFC 2231 name must not lose the attachment
        return ""
