"""Files on their way in, from a browser or the web. No HTTP in here.

In reading order:

    multipart      a multipart request written to disk as it arrives
    upload_batch   the files of a request queued
    web_fetch      one public page or file fetched for an editor
    filenames      names from outside made fit to be document names
    intake         the queue as the service offers it
    upload_status  a row per file: how it is doing
"""
