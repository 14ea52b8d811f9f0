"""The queue of files: every file is a durable job that the next start finishes after a crash.

In reading order:

    job_queue     the queue of one data folder in this process
    dbos_setup    the library dbos with this project's settings; steps, and the client
    job_observer  the interface for whoever follows the jobs
    job_erasure   job records when a document is deleted
    remote_queue  the queue of a running service, used from another process
"""
