"""Which files a batch holds, and the name of each document.

A document has the base name of its file. Where two files of one batch (or of one archive) have the same base name,
the first one keeps it and the others get their parent folder in front: ``rules.pdf``, ``centre-b/rules.pdf``. The
order of a batch is fixed (:func:`files_in`), so the same batch gives the same names again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from ingest.system_files import is_document

__all__ = ["assign", "files_in"]


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Return the files of a command line, each once. A folder stands for all documents in it and its sub-folders.

    The files of a folder come before those of its sub-folders, both sorted. Paths that do not exist are returned too:
    they fail one by one, with a message.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(
                (one for one in path.rglob("*") if one.is_file()), key=lambda one: (one.parent.parts, one.name)
            )
            wanted = [one for one in inside if is_document(PurePosixPath(one.relative_to(path).as_posix()))]
        else:
            wanted = [path]
        for one in wanted:
            found.setdefault(one.resolve(), one)
    return list(found.values())


def assign(paths: Iterable[PurePosixPath]) -> list[str]:
    """Return a name for each path: the base name, with as many folders in front as make it unique."""
    taken: set[str] = set()
    found: list[str] = []
    for path in paths:
        parts = [part for part in path.parts if part not in {"/", "..", "."}]
        name = next(
            (tail for depth in range(1, len(parts) + 1) if (tail := "/".join(parts[-depth:])) not in taken),
            f"{'/'.join(parts)} ({len(found) + 1})",
        )
        taken.add(name)
        found.append(name)
    return found
