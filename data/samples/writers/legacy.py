"""DOC and XLS of Office 97: built as DOCX and XLSX, then saved in the old format by LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from writers.blocks import Source
from writers.sheets_slides import write_xlsx
from writers.word import write_docx

__all__ = ["write_legacy"]


def write_legacy(source: Source, out: Path) -> None:
    """Write ``source`` as DOC or XLS, by the suffix of ``out``."""
    program = shutil.which("soffice")
    if program is None:
        raise SystemExit(f"{out.name}: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui to rebuild it")
    with tempfile.TemporaryDirectory() as folder:
        modern = Path(folder) / f"{out.stem}{out.suffix}x"
        (write_docx if out.suffix == ".doc" else write_xlsx)(source, modern)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [program, profile, "--headless", "--convert-to", out.suffix[1:], "--outdir", str(out.parent)]
        subprocess.run([*command, str(modern)], check=True, capture_output=True)
