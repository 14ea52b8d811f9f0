"""The parts of an Office Open XML file, found by their relationships; both transitional and strict OOXML."""

from __future__ import annotations

import posixpath
import re
import zipfile
from datetime import date

from lxml import etree

from ingest.parsers.shared.iso_dates import iso_date
from ingest.parsers.shared.parsed_document import ParseContext
from ingest.parsers.shared.safety import parse_xml, read_member
from kb.core.errors import FileRejected

__all__ = ["OfficePackage", "W", "is_on", "local_name", "val"]

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
# strict OOXML (ISO 29500-1) uses other namespaces for the same vocabulary
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(wordprocessingml|spreadsheetml|presentationml|drawingml)/")


def val(element: etree._Element | None, name: str = "val") -> str | None:
    """Return the ``w:val`` (or other ``w:`` attribute) of an element; None if the element or attribute is missing."""
    return None if element is None else element.get(W + name)


def is_on(element: etree._Element | None) -> bool | None:
    """Return the value of a toggle property such as ``w:b``; None where it is not stated."""
    if element is None:
        return None
    return (val(element) or "true").lower() not in ("0", "false", "off", "none")


def local_name(element: etree._Element) -> str:
    """Return the tag name without namespace; "" for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


class OfficePackage:
    """Reads the parts of an OOXML package. Paths in relationships are resolved against the part that holds them."""

    def __init__(self, archive: zipfile.ZipFile, context: ParseContext) -> None:
        self._archive = archive
        self._context = context

    def main_part(self) -> str:
        """Return the path of the document part.

        Raises:
            FileRejected: ``file_broken`` if the package has none.
        """
        for kind, target in self.relationships("").values():
            if kind == "officeDocument":
                return target
        if read_member(self._archive, "word/document.xml") is not None:
            return "word/document.xml"
        raise FileRejected("file_broken", name=self._context.filename)

    def relationships(self, part: str) -> dict[str, tuple[str, str]]:
        """Return ``{id: (last word of the type, target path)}`` of a part; "" is the package itself."""
        folder, base = posixpath.split(part)
        data = read_member(self._archive, posixpath.join(folder, "_rels", f"{base}.rels"))
        found: dict[str, tuple[str, str]] = {}
        for relation in parse_xml(data).iter(_REL) if data else ():
            target = relation.get("Target") or ""
            if relation.get("TargetMode") != "External" and target:
                path = (
                    target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
                )
                found[relation.get("Id") or ""] = ((relation.get("Type") or "").rpartition("/")[2], path)
        return found

    def xml(self, part: str | None) -> etree._Element | None:
        """Return the root element of a part, None if the package has no such part."""
        data = read_member(self._archive, part) if part else None
        if not data:
            return None
        if b"purl.oclc.org/ooxml" in data[:4096]:
            data = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", data)
        return parse_xml(data)

    def core_properties(self) -> tuple[str | None, date | None]:
        """Return title and date (last modified, else created) of the core properties; None where not stated."""
        path = next((target for kind, target in self.relationships("").values() if kind == "core-properties"), None)
        root = self.xml(path or "docProps/core.xml")
        if root is None:
            return None, None
        texts = {local_name(element): (element.text or "").strip() for element in root}
        stated = None
        for name in ("modified", "created"):
            found = iso_date(texts.get(name, ""))
            if found and stated is None and found.year > 1980:  # 1601 and 1900 come from clocks that were never set
                stated = found
        return texts.get("title") or None, stated
