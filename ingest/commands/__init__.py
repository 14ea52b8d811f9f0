"""The commands ``kb ingest`` and ``kb jobs``.

In reading order:

    ingest         ``kb ingest``: ingest files and folders, here or through a running service
    local_queue    workers and queue in this process
    progress_bars  what a person sees meanwhile
    jobs           ``kb jobs``: finish what was interrupted
"""
