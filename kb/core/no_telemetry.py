"""Switches the reporting of all libraries off: of this process, and of every process that it starts.

Some libraries report to their makers as soon as they are imported, so this runs before any of them: it is the first
thing that ``import kb`` does, and each floor imports ``kb`` first. The variables overwrite what the environment says:
"no telemetry" is a promise of this program, and a variable left over from another program must not break it silently.
Which library sends what is in ``docs/decisions/0017-no-telemetry.md``. Only the standard library is imported here.
"""

from __future__ import annotations

import os

__all__ = ["switch_off"]

# Variables and the values that switch reporting off.
OPT_OUTS = {
    "DO_NOT_TRACK": "1",  # unstructured, and whoever follows consoledonottrack.com
    "SCARF_NO_ANALYTICS": "true",  # unstructured: the download counter of scarf.sh
    "UNSTRUCTURED_DISABLE_NOTICE": "1",  # a notice on the screen, not a report
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime
    "ANONYMIZED_TELEMETRY": "False",  # Chroma
    "CHROMA_OTEL_GRANULARITY": "none",  # Chroma: traces to a collector
    "HF_HUB_OFFLINE": "1",  # huggingface_hub: names of models, usage statistics, its own updates
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DISABLE_TELEMETRY": "1",  # the same, in older releases
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "FASTAPI_OTEL_AUTO_CONFIGURE": "false",  # FastAPI: spans, metrics and request logs to a collector
}
# Variables that connect dbos to its maker's console and to collectors.
REMOVED = (
    "DBOS__CLOUD",
    "DBOS__CONDUCTOR_APP_NAME",
    "DBOS__CONDUCTOR_KEY",
    "DBOS__CONDUCTOR_URL",
    "DBOS__OTLP_LOGS_ENDPOINT",
    "DBOS__OTLP_TRACES_ENDPOINT",
)


def switch_off() -> None:
    """Set the variables in the environment of this process, which its child processes inherit."""
    os.environ.update(OPT_OUTS)
    for name in REMOVED:
        os.environ.pop(name, None)
