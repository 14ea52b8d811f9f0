"""Build the sample documents and question files from their sources: ``python data/samples/make.py``.

A source ``source/NGO/NAME.md`` becomes ``NGO/documents/NAME``; sources in ``updates/`` go to ``NGO/updates/``; a folder
``NAME.parts/`` holds the members of the ZIP, or the attachments of the mail, called NAME. The same bytes at every run.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from writers import fonts, legacy, outlook, pdf, pictures, plain, sheets_slides, steady, text_documents, word  # noqa: E402
from writers.blocks import Source, read_source  # noqa: E402
from writers.questions import write_questions  # noqa: E402

WRITERS = {
    ".docx": word.write_docx,
    ".doc": legacy.write_legacy,
    ".xls": legacy.write_legacy,
    ".odt": text_documents.write_odt,
    ".rtf": text_documents.write_rtf,
    ".xlsx": sheets_slides.write_xlsx,
    ".csv": sheets_slides.write_csv,
    ".pptx": sheets_slides.write_pptx,
    ".html": plain.write_html,
    ".md": plain.write_markdown,
    ".txt": plain.write_txt,
    ".jpg": pictures.write_picture,
    ".heic": pictures.write_picture,
    ".png": pictures.write_picture,
    ".tiff": pictures.write_picture,
}


def _parts(folder: Path, work: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [build(read_source(path), work) for path in sorted(folder.glob("*.md"))]


def build(source: Source, folder: Path) -> Path:
    """Build one file into ``folder``."""
    out = folder / source.name
    if out.suffix == ".pdf":
        (pictures.write_scan if source.options.get("scan") else pdf.write_pdf)(source, out)
    elif out.suffix in (".eml", ".msg"):
        write = plain.write_eml if out.suffix == ".eml" else outlook.write_msg
        with tempfile.TemporaryDirectory() as work:
            write(source, out, _parts(source.path.with_name(f"{source.name}.parts"), Path(work)))
    else:
        WRITERS[out.suffix](source, out)
    return out


def build_zip(parts: Path, folder: Path) -> None:
    """Build the members in ``parts`` (NAME.zip.parts) into NAME.zip."""
    with tempfile.TemporaryDirectory() as work:
        members = {path.name: path.read_bytes() for path in _parts(parts, Path(work))}
    steady.write_zip(members, folder / parts.name.removesuffix(".parts"))


def build_folder(source: Path, out: Path) -> None:
    """Build every source of ``source`` into a fresh ``out``."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for path in sorted(source.glob("*.md")):
        build(read_source(path), out)
    for parts in sorted(source.glob("*.zip.parts")):
        build_zip(parts, out)


def main() -> None:
    """Build everything and print what came out."""
    sources = HERE / "source"
    fonts.register("".join(sorted(set("".join(p.read_text("utf-8") for p in sources.rglob("*.md"))) | {"•"})))
    for ngo in sorted(path for path in sources.iterdir() if path.is_dir()):
        build_folder(ngo, HERE / ngo.name / "documents")
        out, prefix = HERE / ngo.name, ngo.name[:3]
        if (updates := ngo / "updates").is_dir():
            build_folder(updates, out / "updates")
            write_questions(updates, out / "updates", out / "updates.jsonl", f"{prefix}-new")
        counted = write_questions(ngo, out / "documents", out / "questions.jsonl", prefix)
        files = [path for path in (HERE / ngo.name).rglob("*") if path.is_file()]
        print(f"{ngo.name}: {len(files)} files, {sum(p.stat().st_size for p in files) / 1024:.0f} KiB, {counted}")


if __name__ == "__main__":
    main()
