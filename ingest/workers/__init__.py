"""The worker processes, which read files and embed chunks. A file that crashes its reader fails alone.

In reading order:

    worker_pool      the readers and the embedder of one program
    fair_turns       which task is next, so that tenants share the processes fairly
    parsing_process  the process for small files that somebody waits for
    worker_process   one worker process as its parent sees it
    process_limits   time and memory limits for one file
    worker_main      the program that a worker process runs
    reading_stage    file → prepared document
    embedding_stage  prepared document → vectors
"""
