"""Files on their way in, from a browser or the web. No HTTP in here.

- :mod:`.multipart`: a multipart request written to disk as it arrives
- :mod:`.upload_batch`: the files of a request queued
- :mod:`.web_fetch`: one public page or file fetched for an editor
- :mod:`.filenames`: names from outside made fit to be document names
- :mod:`.intake`: the queue as the service offers it
- :mod:`.upload_status`: a row per file: how it is doing
"""
