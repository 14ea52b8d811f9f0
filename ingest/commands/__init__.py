"""The commands ``kb ingest`` and ``kb jobs``.

- :mod:`.ingest`: ``kb ingest``: ingest files and folders, here or through a running service
- :mod:`.local_queue`: workers and queue in this process
- :mod:`.progress_bars`: what a person sees meanwhile
- :mod:`.jobs`: ``kb jobs``: finish what was interrupted
"""
