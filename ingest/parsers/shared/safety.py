"""Checks against hostile files, made before a parser reads them: ZIP bombs, unsafe paths, XML entity bombs."""

from __future__ import annotations

import re
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from lxml import etree

from ingest.parsers.shared.parsed_document import ParseContext
from kb.core.errors import FileRejected

__all__ = ["check_zip", "open_zip", "parse_xml", "read_member", "safe_name"]

_MB = 1024 * 1024
_MAX_RATIO = 250  # the maximum of deflate is about 1,030; office XML seldom exceeds 60
_RATIO_FROM_MB = 64  # a small file with a high compression ratio does no harm
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def open_zip(source: Path | IO[bytes], context: ParseContext, members_are_xml: bool = True) -> zipfile.ZipFile:
    """Open a ZIP and check it; the caller closes it.

    Args:
        members_are_xml: whether it is an Office file; then its XML must not define entities.

    Raises:
        FileRejected: ``file_broken``, or as ``check_zip``.
    """
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise FileRejected("file_broken", name=context.filename) from error
    try:
        check_zip(archive, context)
        if members_are_xml:
            _check_entities(archive, context)
    except BaseException:
        archive.close()
        raise
    return archive


def check_zip(archive: zipfile.ZipFile, context: ParseContext) -> None:
    """Check number of members, expanded size, compression ratio and paths.

    zipfile never returns more bytes of a member than its directory states, so it is enough to check the stated sizes.

    Raises:
        FileRejected: ``file_too_complex``, ``file_unsafe_path``.
    """
    members = archive.infolist()
    if len(members) > context.settings.max_archive_files:
        raise FileRejected("file_too_complex", name=context.filename, what=f"{len(members)} files")
    expanded = sum(member.file_size for member in members)
    compressed = max(1, sum(member.compress_size for member in members))
    if expanded > context.settings.max_expanded_mb * _MB:
        raise FileRejected("file_too_complex", name=context.filename, what=f"{expanded // _MB} MB")
    if expanded > _RATIO_FROM_MB * _MB and expanded / compressed > _MAX_RATIO:
        raise FileRejected("file_too_complex", name=context.filename, what=f"1:{expanded // compressed}")
    for member in members:
        if not _is_safe_path(member):
            raise FileRejected("file_unsafe_path", name=context.filename, member=safe_name(member.filename))


def _is_safe_path(member: zipfile.ZipInfo) -> bool:
    """Return False for absolute paths, drive letters, ``..`` and symbolic links."""
    name = (getattr(member, "orig_filename", "") or member.filename).replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in PurePosixPath(name).parts:
        return False
    return not stat.S_ISLNK(member.external_attr >> 16)


def _check_entities(archive: zipfile.ZipFile, context: ParseContext) -> None:
    """Reject document type declarations with entities: Office formats forbid them, and they are used for attacks."""
    for member in archive.infolist():
        if member.filename.lower().endswith((".xml", ".rels")) and not member.flag_bits & 1:
            with archive.open(member) as part:
                try:
                    head = part.read(4096).replace(b"\0", b"")
                except Exception as error:  # a damaged part: zipfile and zlib raise many kinds
                    raise FileRejected("file_broken", name=context.filename) from error
            if _DTD.search(head) and b"<!ENTITY" in head.upper():
                raise FileRejected("file_too_complex", name=context.filename, what="XML entities")


def read_member(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """Return the bytes of a member, None if it is not there. Upper and lower case are equal, as in Word."""
    try:
        return archive.read(name)
    except KeyError:
        wanted = name.lower()
        found = next((member for member in archive.namelist() if member.lower() == wanted), None)
        return archive.read(found) if found else None


def parse_xml(data: bytes) -> etree._Element:
    """Parse XML without resolving entities, without DTD and network. lxml repairs damaged XML where it can.

    Raises:
        etree.XMLSyntaxError: nothing could be read.
    """
    strict = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, strict)
    except etree.XMLSyntaxError:
        lenient = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
        root = etree.fromstring(data, lenient)
        if root is None:
            raise
        return root


def safe_name(name: str) -> str:
    """Return the name without folders and without characters that file systems forbid; at most 120 characters."""
    base = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e<>:\"|?*]", "", name.replace("\\", "/")).rstrip("/").rsplit("/", 1)[-1]
    base = base.strip(" .") or "attachment"
    stem, dot, suffix = base.rpartition(".")
    if not dot or len(suffix) > 10:
        return base[:120]
    return f"{stem[: 119 - len(suffix)]}.{suffix}"
