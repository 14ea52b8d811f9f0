"""ZIP archives: every member becomes an attachment. Member names may be Big5, GBK or CP437; inner ZIPs are opened."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePosixPath

from ingest.parsers.shared.attachments import AttachmentFolder
from ingest.parsers.shared.encoding import decode_as, guess_encoding
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import check_zip, open_zip
from ingest.system_files import is_document
from kb.core.errors import FileRejected

__all__ = ["parse"]

_MAX_DEPTH = 3  # archives inside archives; only hostile ones nest deeper
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Unpack a ZIP into attachments. A damaged or encrypted member is noted, and the others are unpacked.

    Raises:
        FileRejected: ``file_too_complex``, ``file_unsafe_path``; ``file_encrypted`` if every member is encrypted.
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
        full_name = prefix + name.replace("\\", "/")
        if member.is_dir() or not is_document(PurePosixPath(name.replace("\\", "/"))):
            continue
        if member.flag_bits & _ENCRYPTED_FLAG:
            notes.append(f"member_encrypted:{full_name}")
            continue
        try:
            data = archive.read(member)
        except MemoryError:
            raise
        except Exception:  # a bad checksum, an unknown compression, truncated data: only this member is lost
            notes.append(f"member_broken:{full_name}")
            continue
        if not data:
            notes.append(f"member_empty:{full_name}")
        elif name.lower().endswith(".zip") and data.startswith(b"PK"):  # "PK00" too, and a damaged one, which is noted
            _unpack_inner(data, full_name, depth, folder, notes, context)
        else:
            folder.save(full_name, data)


def _unpack_inner(
    data: bytes, full_name: str, depth: int, folder: AttachmentFolder, notes: list[str], context: ParseContext
) -> None:
    if depth >= _MAX_DEPTH:
        raise FileRejected("file_too_complex", name=context.filename, what=f"ZIP in ZIP, depth {depth + 1}")
    try:
        inner = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError):
        notes.append(f"member_broken:{full_name}")
        return
    with inner:
        check_zip(inner, context)
        _unpack(inner, f"{full_name}/", depth + 1, folder, notes, context)


def _names(archive: zipfile.ZipFile) -> list[str]:
    """Return the member names with their real encoding.

    Without the UTF-8 flag zipfile decodes CP437, but the bytes are in the encoding of the sender's Windows. All names
    of an archive come from one machine, so the encoding is guessed from all of them: one name is too short a sample.
    """
    members = archive.infolist()
    unmarked = [m.filename.encode("cp437", "replace") for m in members if not m.flag_bits & _UTF8_FLAG]
    non_ascii = [name for name in unmarked if not name.isascii()]
    if not non_ascii:
        return [member.filename for member in members]
    encoding = guess_encoding(b"\n".join(non_ascii))
    if encoding in ("cp1252", "mac_roman"):
        encoding = "cp437"
    return [
        member.filename
        if member.flag_bits & _UTF8_FLAG
        else decode_as(member.filename.encode("cp437", "replace"), encoding).replace("\ufffd", "_")
        for member in members
    ]
