"""The kind of a file. Its content decides; the suffix decides only where the content leaves several kinds possible."""

from __future__ import annotations

import re
import zipfile
from functools import cache
from pathlib import Path

import filetype
import olefile

from ingest.parsers.shared.encoding import decode, plausibility
from ingest.parsers.shared.parsed_document import ParseContext
from kb.core import data_files
from kb.core.errors import FileRejected
from kb.core.file_signatures import Signature, signature_of

__all__ = ["KIND_OF_SUFFIX", "detect", "suffix_of"]

KIND_OF_SUFFIX = {
    **dict.fromkeys((".pdf",), "pdf"),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".jfif", ".tif", ".tiff", ".heic", ".heif", ".bmp", ".webp", ".gif"), "image"
    ),
    **dict.fromkeys((".docx", ".docm", ".dotx"), "docx"),
    **dict.fromkeys((".doc", ".dot"), "doc"),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx"), "pptx"),
    **dict.fromkeys((".ppt", ".pps"), "ppt"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx"), "xlsx"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".mht", ".mhtml"), "mhtml"),
    **dict.fromkeys((".md", ".markdown"), "markdown"),
    **dict.fromkeys((".txt", ".text", ".log"), "text"),
    **dict.fromkeys((".csv", ".tsv", ".tab"), "csv"),
    **{f".{kind}": kind for kind in ("xls", "odt", "ods", "odp", "rtf", "epub", "eml", "msg", "xml", "zip")},
}
_ODF = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-template": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/epub+zip": "epub",
}
_MAIL_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]?(.*)")
# headers that only a mail program writes; "To:", "From:", "Subject:" are in an office memo too
_MAIL_ONLY = {"mime-version", "received", "return-path", "message-id", "delivered-to", "x-mailer", "content-type"}
_TNEF = b"\x78\x9f\x3e\x22"  # Outlook's winmail.dat
_HEAD_BYTES = 65_536
_LEAST_PLAUSIBLE = 0.2


def suffix_of(filename: str) -> str:
    """Return the suffix of a file name in lower case with its dot, or an empty string."""
    return Path(filename).suffix.lower()


def detect(path: Path, context: ParseContext) -> str:
    """Return the kind of a non-empty file: a value of ``KIND_OF_SUFFIX``.

    Raises:
        FileRejected: ``file_encrypted``, ``file_broken``, ``file_mislabelled``, ``file_unsupported``.
    """
    _refuse_by_suffix(context.filename)
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    named = KIND_OF_SUFFIX.get(suffix_of(context.filename))
    found = "tnef" if head.startswith(_TNEF) else _by_signature(path, head, named, context)
    if found:
        return found
    text = _as_text(head)
    if text is not None:
        return _by_text(text, named)
    known = filetype.guess(head)
    found = known.extension if known else "binary"
    if named is None:
        raise FileRejected("file_unsupported", name=context.filename, found=found)
    if known:
        raise FileRejected("file_mislabelled", name=context.filename, found=found)
    # a known suffix without the signature: most often the right file, damaged at its start
    raise FileRejected("file_broken", name=context.filename)


@cache
def _not_documents() -> dict[str, tuple[str, str]]:
    """Return suffixes (with dot) of files that are no documents → what they are, variant of the message."""
    rows = data_files.rows("ingest.parsers", "not_documents.tsv")
    return {f".{suffix}": (found, variant) for suffixes, found, variant in rows for suffix in suffixes.split(";")}


def _refuse_by_suffix(filename: str) -> None:
    known = _not_documents().get(suffix_of(filename))
    if known:
        found, variant = known
        raise FileRejected("file_unsupported", name=filename, found=found, variant=variant)


def _by_signature(path: Path, head: bytes, named: str | None, context: ParseContext) -> str | None:
    found = signature_of(head)
    if found is Signature.OLE:
        return _by_ole(path, context)
    if found is Signature.ZIP:
        return _by_zip(path, named, context)
    return found.value if found else None  # PDF, RTF and image are kinds by themselves


def _by_ole(path: Path, context: ParseContext) -> str:
    """DOC, XLS, PPT and MSG share one container; so does an encrypted DOCX, XLSX or PPTX."""
    try:
        with olefile.OleFileIO(str(path)) as ole:
            names = {"/".join(entry).lower() for entry in ole.listdir(streams=True, storages=True)}
    except Exception as error:  # olefile raises whatever the damaged bytes lead it to
        raise FileRejected("file_broken", name=context.filename) from error
    tops = {name.split("/")[0] for name in names}
    if {"encryptedpackage", "encryptioninfo"} & tops or any("dataspaces" in name for name in tops):
        raise FileRejected("file_encrypted", name=context.filename)
    for stream, kind in (("worddocument", "doc"), ("workbook", "xls"), ("book", "xls"), ("powerpoint document", "ppt")):
        if stream in tops:
            return kind
    if any(name.startswith("__properties_version1.0") or name.startswith("__substg1.0_") for name in tops):
        return "msg"
    raise FileRejected("file_unsupported", name=context.filename, found="OLE")


def _by_zip(path: Path, named: str | None, context: ParseContext) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype").decode("ascii", "replace").strip() if "mimetype" in names else ""
    except Exception as error:  # a cut or damaged archive fails in many ways
        raise FileRejected("file_broken", name=context.filename) from error
    if mimetype in _ODF:
        return _ODF[mimetype]
    if any(name.endswith(".iwa") for name in names):  # a Pages, Numbers or Keynote file under another suffix
        raise FileRejected("file_unsupported", name=context.filename, found="iWork", variant="apple")
    if "META-INF/container.xml" in names:
        return "epub"
    lower = {name.lower() for name in names}
    if "[content_types].xml" in lower or named in ("docx", "xlsx", "pptx"):
        for folder, kind in (("word/", "docx"), ("ppt/", "pptx"), ("xl/", "xlsx")):
            if any(name.startswith(folder) for name in lower):
                if "xl/workbook.bin" in lower:
                    raise FileRejected("file_unsupported", name=context.filename, found="XLSB")
                return kind
        if any(name.endswith((".fdseq", ".vsdx")) for name in lower):
            raise FileRejected("file_unsupported", name=context.filename, found="XPS")
    return "zip"


def _as_text(head: bytes) -> str | None:
    """Return the start of the file as text, or None when the bytes are not text in any encoding."""
    text, encoding = decode(head)
    if encoding.startswith(("utf-16", "big5", "gb", "cp9", "euc")) and plausibility(head, encoding) < _LEAST_PLAUSIBLE:
        return None  # in these encodings, two random bytes are nearly always some character
    # binary data may decode by chance: count characters that no text contains
    bad = sum(1 for char in text if char == "\ufffd" or (char < " " and char not in "\t\n\r\x0b\x0c\x1a\x1b"))
    return text if bad <= 0.02 * len(text) + 1 else None


def _by_text(text: str, named: str | None) -> str:  # noqa: PLR0911 (one rule per line)
    start = text.lstrip("\ufeff \t\r\n")
    if named in ("eml", "mhtml"):
        return named
    if _is_mail(start):
        return (
            "mhtml"
            if re.search(r"(?im)^content-type:\s*multipart/related", start[:4000]) and named != "text"
            else "eml"
        )
    lower = start[:4096].lower()
    if named in ("markdown", "csv"):
        return named
    if re.match(r"<!doctype html|<html|<head|<body", lower) or (lower.startswith("<?xml") and "<html" in lower):
        return "html"
    if lower.startswith("<?xml") or (named == "xml" and lower.startswith("<")):
        return "xml"
    if named == "html" or (lower.startswith("<!--") and "<html" in lower):
        return "html"
    return "text"


def _is_mail(start: str) -> bool:
    """Return whether the text starts with headers that only a mail program writes."""
    names: list[str] = []
    for line in start.replace("\r", "").split("\n")[:200]:
        if not line.strip():
            break
        if line[0] in " \t" and names:
            continue
        match = _MAIL_HEADER.match(line)
        if not match:
            if line.startswith("From ") and not names:  # mbox separator
                continue
            return False
        names.append(match.group(1).lower())
    known = set(names)
    return len(names) >= 2 and (
        {"mime-version", "content-type"} <= known
        or bool(_MAIL_ONLY & known and {"from", "subject", "date", "to"} & known)
    )
