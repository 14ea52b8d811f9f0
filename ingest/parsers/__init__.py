"""Files in, unstructured's elements out: every format behind one call, ``parse_file``."""

from __future__ import annotations

from ingest.parsers.dispatch import SUPPORTED_SUFFIXES, parse_file
from ingest.parsers.shared.parsed_document import Attachment, ParseContext, ParsedDocument

__all__ = ["SUPPORTED_SUFFIXES", "Attachment", "ParseContext", "ParsedDocument", "parse_file"]
