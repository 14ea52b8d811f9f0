"""ZIP: every member a file of its own. Member names in Big5, GBK or CP437 are read; archives inside are opened."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from ingest.parsers.shared.attachments import AttachmentFolder
from ingest.parsers.shared.encoding import decode_as, guess_encoding
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import check_zip, open_zip, safe_name
from kb.core.errors import FileRejected
from kb.core.file_signatures import Signature, signature_of

__all__ = ["parse"]

_MAX_DEPTH = 3  # archives inside archives; hostile ones nest deeper, people do not
_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Unpack a ZIP into attachments; a damaged or locked member is noted and the rest goes on.

    Raises:
        FileRejected: ``file_too_complex``, ``file_unsafe_path``; ``file_encrypted`` if every member is locked.
    """
    folder = AttachmentFolder(context)
    notes: list[str] = []
    with open_zip(path, context, members_are_xml=False) as archive:
        _unpack(archive, "", 1, folder, notes, context)
    if not folder.saved and any(note.startswith("member_encrypted:") for note in notes):
        raise FileRejected("file_encrypted", name=context.filename)
    return ParsedDocument([], notes=notes, attachments=folder.saved)


def _unpack(
    archive: zipfile.ZipFile, prefix: str, depth: int, folder: AttachmentFolder, notes: list[str], context: ParseContext
) -> None:
    names = _names(archive)
    for member, name in zip(archive.infolist(), names, strict=True):
        if (
            member.is_dir()
            or name.startswith(_JUNK[0])
            or safe_name(name) in _JUNK[1:]
            or safe_name(name).startswith("._")
        ):
            continue
        shown = prefix + name.replace("\\", "/")
        if member.flag_bits & _ENCRYPTED_FLAG:
            notes.append(f"member_encrypted:{shown}")
            continue
        try:
            data = archive.read(member)
        except MemoryError:
            raise
        except Exception:  # a bad checksum, an unknown compression, cut data: this member only
            notes.append(f"member_broken:{shown}")
            continue
        if not data:
            notes.append(f"member_empty:{shown}")
        elif name.lower().endswith(".zip") and signature_of(data) is Signature.ZIP:
            _open_inner(data, shown, depth, folder, notes, context)
        else:
            folder.save(shown, data)


def _open_inner(
    data: bytes, shown: str, depth: int, folder: AttachmentFolder, notes: list[str], context: ParseContext
) -> None:
    if depth >= _MAX_DEPTH:
        raise FileRejected("file_too_complex", name=context.filename, what=f"ZIP in ZIP, depth {depth + 1}")
    try:
        inner = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError):
        notes.append(f"member_broken:{shown}")
        return
    with inner:
        check_zip(inner, context)
        _unpack(inner, f"{shown}/", depth + 1, folder, notes, context)


def _names(archive: zipfile.ZipFile) -> list[str]:
    """Member names; without the UTF-8 flag zipfile reads CP437, but the bytes are what the sender's Windows used.

    All names of an archive come from one machine, so they are guessed together: one name is too short a sample.
    """
    members = archive.infolist()
    unmarked = [m.filename.encode("cp437", "replace") for m in members if not m.flag_bits & _UTF8_FLAG]
    foreign = [name for name in unmarked if not name.isascii()]
    if not foreign:
        return [member.filename for member in members]
    encoding = guess_encoding(b"\n".join(foreign))
    if encoding in ("cp1252", "mac_roman"):
        encoding = "cp437"
    return [
        member.filename
        if member.flag_bits & _UTF8_FLAG
        else decode_as(member.filename.encode("cp437", "replace"), encoding).replace("\ufffd", "_")
        for member in members
    ]
