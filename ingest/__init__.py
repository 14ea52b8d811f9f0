"""From a file to a searchable version of a document.

Read in this order:

- :mod:`.commands`: ``kb ingest`` and ``kb jobs``
- :mod:`.document_names`: which files a batch holds, and the name of each document
- :mod:`.job`: a file to ingest, and its outcome
- :mod:`.queue`: durable jobs; a crash loses none
- :mod:`.pipeline`: the stages of one file; :func:`.pipeline.ingest` is the way in
- :mod:`.context`: what the stages share: settings, worker processes, locks, the progress callback
- :mod:`.workers`: the processes that read and embed
- :mod:`.parsers`: file → elements of the ``unstructured`` library
- :mod:`.structure`: elements → outline with sections, clause numbers and dates
- :mod:`.chunking`: outline → chunks
- :mod:`.prepared`: a document that was read, as a file between two stages
- :mod:`.archive_members`: files found inside a file
- :mod:`.reconcile`: repair of the stores after a crash
- :mod:`.background_refinement`: bilingual pairs and sentence vectors, made after publishing
- :mod:`.error_json`: errors as JSON
"""
