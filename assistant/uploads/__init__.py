"""Files from a browser or the web on their way to the queue. No routes are in here.

In reading order:

    multipart      a multipart request written to disk as it arrives
    upload_batch   the files of a request queued
    web_fetch      one public page or file fetched for an editor
    filenames      file names from outside made valid as document names
    intake         the running queue and the status of its files
    upload_status  one row per file with its status and progress
"""
