"""Times and memory of questions, of ingest and of a growing index.

In reading order:

    new_process                  a program run in a new process
    latency                      response times and memory
    index_growth                 search times among many chunks
    file_reading                 reads every file of a folder and reports text or an error
    ingest_speed, ingest_timing  the speed of ingesting files
"""

from __future__ import annotations

__all__: list[str] = []
