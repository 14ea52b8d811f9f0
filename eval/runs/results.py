"""The results of runs: a folder per run.

<bench>/eval/<dataset>/<name>/   or, in a tenant's own folder,   <data>/tenants/<tenant>/eval/runs/<name>/
    run.json          kind, settings, model, code version, tables
    questions.jsonl   one line per question: its values, the passages found, the expected ones
    <system>.run      TREC run (retrieval only)
    answers.jsonl     the answers as ``kb ask --batch`` writes them (answers only)
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from eval.datasets import json_lines
from kb.core.errors import NotFound
from kb.core.settings import Settings
from kb.search.models import embedding
from kb.store.tenants import Tenant

__all__ = [
    "Result",
    "collection_run_folder",
    "listing",
    "open_result",
    "run_metadata",
    "tenant_run_folder",
    "timestamp_name",
    "withheld_row",
    "write",
]

# What a row of a run keeps when a document that it uses was deleted: no text but the evaluator's question.
_WITHHELD = (
    "id", "question", "language", "kind", "split", "answerable", "values", "refused", "confidence", "ms", "missing",
)  # fmt: skip
_EMPTY: dict[str, Any] = {"answer": "", "citations": [], "contexts": [], "found": [], "expected": [], "facts": []}
# The settings that affect scores. Paths and addresses are not written into results.
_SETTINGS = ("embedding_model", "chunk_tokens", "passages", "candidates", "ocr")


@dataclass(frozen=True, slots=True)
class Result:
    """A run, read from its folder."""

    path: Path
    summary: dict[str, Any]
    questions: list[dict[str, Any]]

    @property
    def label(self) -> str:
        """The name of the run in tables: ``subject/name``."""
        return f"{self.summary['subject']}/{self.path.name}"


def run_metadata(settings: Settings) -> dict[str, Any]:
    """Return the settings, model identity, code version and time, so that a result can be reproduced."""
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": {name: getattr(settings, name) for name in _SETTINGS},
        "model": embedding.identity(settings),
        "code": {"version": version("sinzi"), "commit": _commit(), "source": _source_digest()},
    }


def _commit() -> str:
    root = Path(str(files("kb"))).parent
    if not (root / ".git").exists():
        return ""
    command = ["git", "-C", str(root), "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _source_digest() -> str:
    """Return a digest of the source files, to distinguish two states of the code between commits."""
    digest = hashlib.sha256()
    for package in ("kb", "ingest", "assistant"):
        root = Path(str(files(package)))
        for path in sorted(root.rglob("*")):
            if path.suffix in {".py", ".tsv", ".json", ".yaml", ".txt"} and path.is_file():
                digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def collection_run_folder(root: Path, subject: str, name: str | None) -> Path:
    """Return the folder of a new run under ``root``/eval; the default name is the time."""
    return root / "eval" / subject / (name or timestamp_name())


def timestamp_name() -> str:
    """Return the current time (UTC) as the name of a run."""
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S")


def tenant_run_folder(tenant: Tenant, name: str | None = None) -> Path:
    """Return the folder of a new run of a tenant's questions; it is inside the tenant's folder."""
    return tenant.home / "eval" / "runs" / (name or timestamp_name())


def listing(tenant: Tenant) -> list[dict[str, Any]]:
    """Return the summaries of a tenant's runs with their ``name``, newest first; unreadable ones are skipped."""
    found = []
    for path in (tenant.home / "eval" / "runs").glob("*/run.json"):
        try:
            summary = json.loads(path.read_text(encoding="utf-8"))
            found.append((str(summary["created"]), path.parent.name, summary))
        except (OSError, ValueError, KeyError):
            continue
    return [{"name": name, **summary} for _, name, summary in sorted(found, key=lambda one: one[:2], reverse=True)]


def write(folder: Path, summary: dict[str, Any], questions: list[dict[str, Any]]) -> None:
    """Write the summary of a run and its rows per question."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in questions)
    (folder / "questions.jsonl").write_text(lines, encoding="utf-8")
    (folder / "run.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def withheld_row(row: dict[str, Any], *, keep_question: bool) -> dict[str, Any]:
    """Return a row of a question, or an answer, without the text of documents. Its measures stay."""
    kept = {key: row[key] for key in _WITHHELD if key in row}
    if not keep_question:
        kept["question"] = ""
    return kept | _EMPTY | {"withheld": True}


def open_result(name: str, roots: list[Path]) -> Result:
    """Read a run.

    Args:
        name: the run's folder, ``dataset/name`` or ``tenant/name``; a dataset or tenant alone means its newest run.
        roots: the folders in which names are looked up.

    Raises:
        NotFound: ``run_not_found``.
    """
    subject, _, run = name.partition("/")
    owned = [root / "tenants" / subject / "eval" / "runs" / run for root in roots]
    for path in [Path(name), *owned, *(root / "eval" / name for root in roots)]:
        found = path if (path / "run.json").is_file() else _newest(path)
        if found is not None:
            summary = json.loads((found / "run.json").read_text(encoding="utf-8"))
            lines = json_lines.lines(found / "questions.jsonl")
            return Result(found, summary, [json.loads(line) for _, line in lines])
    raise NotFound("run_not_found", run=name)


def _newest(folder: Path) -> Path | None:
    runs = [path.parent for path in folder.glob("*/run.json")] if folder.is_dir() else []
    return max(runs, key=lambda path: (path / "run.json").stat().st_mtime, default=None)
