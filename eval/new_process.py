"""A program run in a new process, for what only a new process can show: cold start, memory, another hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from kb.core.errors import Transient
from kb.core.settings import Settings

__all__ = ["KB", "run"]

# The program ``kb``, also where it is not on the path of commands.
KB = "from kb.cli import main; main()"


def run(
    program: str,
    arguments: Sequence[str],
    settings: Settings,
    *,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run Python source in a new process, on the data and the cache of ``settings``; return its standard output.

    Args:
        program: Python source, for example :data:`KB`.
        environment: variables besides those of this process.

    Raises:
        Transient: ``internal``, with the last line of the program's error output.
    """
    places = {"KB_DATA": str(settings.data), "KB_CACHE": str(settings.cache)}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=os.environ | places | dict(environment or {}),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Transient("internal", reason=(done.stderr.strip().splitlines() or [""])[-1])
    return done.stdout
