"""The two worker processes: one reads files, one embeds chunks. A file that crashes its reader fails alone.

- :mod:`.worker_pool`: the reader and the embedder of one program
- :mod:`.worker_process`: one worker process as its parent sees it
- :mod:`.process_limits`: time and memory limits for one file
- :mod:`.worker_main`: the program that a worker process runs
- :mod:`.reading_stage`: file → prepared document
- :mod:`.embedding_stage`: prepared document → vectors
"""
