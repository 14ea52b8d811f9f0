"""From a file to a searchable version of a document.

Read in this order:

    commands               ``kb ingest``, ``kb jobs`` and ``kb personal-data``
    document_names         which files a batch holds, and the name of each document
    system_files           files that are no documents: hidden ones, those of office programs and browsers
    job                    a file to ingest, and its outcome
    queue                  durable jobs; a crash loses none
    pipeline               the stages of one file; :func:`.pipeline.ingest` is the way in
    context                what the stages share: settings, worker processes, locks, the progress callback
    workers                the processes that read and embed
    parsers                file → elements of the ``unstructured`` library
    structure              elements → outline with sections, clause numbers and dates
    chunking               outline → chunks
    prepared               a document that was read, as a file between two stages
    archive_members        files found inside a file
    reconcile              repair of the stores after a crash
    background_refinement  bilingual pairs and sentence vectors, made after publishing
    error_json             errors as JSON
"""

import kb  # noqa: F401 - switches the libraries' reporting off, before any of them is imported
