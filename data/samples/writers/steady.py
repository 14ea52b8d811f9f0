"""Make zip-based files (DOCX, XLSX, PPTX, ODT, ZIP) the same bytes at every build."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime
from pathlib import Path

__all__ = ["BUILT", "repack", "write_zip"]

BUILT = datetime(2026, 4, 20, 9, 0, 0)
_STAMP = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")


def write_zip(members: dict[str, bytes], out: Path) -> None:
    """Write ``members`` in their order with one fixed time; an ODF mimetype stays first and uncompressed."""
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, BUILT.timetuple()[:6])
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)


def repack(path: Path) -> None:
    """Rewrite ``path`` with fixed times."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    if "docProps/core.xml" in members:
        stamp = BUILT.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        members["docProps/core.xml"] = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<2>", members["docProps/core.xml"])
    write_zip(members, path)
