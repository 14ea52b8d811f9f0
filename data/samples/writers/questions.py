"""Question files: the place of each answer is looked up in the built documents, so page numbers cannot go stale."""

from __future__ import annotations

import json
import re
from collections import Counter
from email import message_from_bytes
from email.policy import default
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2
import yaml
from pptx import Presentation

from writers.blocks import read_source

__all__ = ["write_questions"]


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"\[\^\d+\]", "", text))


def _open(path: Path) -> pypdfium2.PdfDocument:
    """The PDF at ``path``, or the mail attachment of that name beside it."""
    if path.exists():
        return pypdfium2.PdfDocument(path)
    mails = (message_from_bytes(mail.read_bytes(), policy=default) for mail in path.parent.glob("*.eml"))
    parts = (part for mail in mails for part in mail.iter_attachments())
    return pypdfium2.PdfDocument(next(part.get_content() for part in parts if part.get_filename() == path.name))


@cache
def _pages(path: Path) -> list[str]:
    """The text of each page; empty for formats without pages and for pictures of paper."""
    if path.suffix == ".pdf":
        return [_squeeze(page.get_textpage().get_text_range()) for page in _open(path)]
    if path.suffix == ".pptx":
        slides = Presentation(str(path)).slides
        return [
            _squeeze(
                "".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
                + "".join(cell.text for s in slide.shapes if s.has_table for row in s.table.rows for cell in row.cells)
                + (slide.notes_slide.notes_text_frame.text if slide.has_notes_slide else "")
            )
            for slide in slides
        ]
    return []


def _page(path: Path, evidence: str, source: Path) -> int | None:
    if path.suffix in (".jpg", ".png", ".tiff", ".heic"):
        return 1
    pages = _pages(path)
    if path.suffix == ".pdf" and not any(pages):  # a scan: pages are broken by hand in its source
        blocks = read_source(source).body.split("!pagebreak")
        pages = [_squeeze(block) for block in blocks]
    if not pages:
        return None
    found = [number for number, text in enumerate(pages, 1) if _squeeze(evidence) in text]
    if len(found) != 1:
        raise SystemExit(f"{path.name}: {evidence!r} is on pages {found}; choose words that stand on one page")
    return found[0]


def _place(ngo: Path, documents: Path, place: list[str]) -> dict[str, Any]:
    name, clause, evidence = place
    source = next(path for path in sorted(ngo.rglob(f"{name}.md")) if "updates" not in path.relative_to(ngo).parts)
    evidence = re.sub(r"\s*\|\s*", "\t", evidence)  # cells of a row
    if _squeeze(evidence) not in _squeeze(source.read_text("utf-8").replace("|", "")):
        raise SystemExit(f"{name} does not say {evidence!r}")
    return {
        "document": name,
        "page": _page(documents / name, evidence, source),
        "clause": clause or None,
        "evidence": evidence,
    }


def _line(ngo: Path, documents: Path, language: str, entry: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    places = [_place(ngo, documents, [names[key], *rest]) for key, *rest in entry.get("at", [])]
    line = {"question": entry["q"], "language": language, "answerable": bool(places), "documents": places}
    line["facts"] = [[str(spelling) for spelling in fact] for fact in entry.get("facts", [])]
    line["kind"] = entry["kind"]
    return line | {key: entry[key] for key in ("only_at", "history", "as_of") if key in entry}


def write_questions(ngo: Path, documents: Path, out: Path, prefix: str) -> str:
    """Write ``out``; every fourth of each language and kind of answerability is the held-out part."""
    lists = yaml.safe_load((ngo / "questions.yaml").read_text("utf-8"))
    names = lists.pop("documents")
    seen: Counter[tuple[str, bool]] = Counter()
    lines = []
    for language, entries in lists.items():
        for entry in entries:
            line = _line(ngo, documents, language, entry, names)
            group = (language, line["answerable"])
            seen[group] += 1
            split = "test" if seen[group] % 4 == 0 else "dev"
            lines.append({"id": f"{prefix}-{len(lines) + 1:03}"} | line | {"split": split})
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    out.write_text(text, "utf-8")
    return ", ".join(f"{k[0]} {'answerable' if k[1] else 'unanswerable'} {n}" for k, n in seen.items())
