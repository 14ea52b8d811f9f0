"""Files from a browser or the web on their way to the queue. No routes are in here.

In reading order:

    upload_batch    files announced or queued together, and the list of uploads
    upload_actions  what a person does about an upload: cancel, try again, take the new name
    data_decisions  what an editor decides about the people's data in a file
    multipart       a multipart request written to disk as it arrives
    raw_body        one file, the body of a request, written to disk as it arrives
    web_fetch       one public page or file fetched for an editor
    filenames       file names from outside made valid as document names
    intake          the running queue and the status of its files
    upload_status   one row per file with its status and progress
"""
