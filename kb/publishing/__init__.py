"""Writing to the library.

In reading order:

    version_writer    starts, fills and publishes a version; removes versions and documents
    version_states    draft, published, superseded, withdrawn, and the changes between them
    deletion          deletes a document, a version, or a collection's documents for good
    erasure           what else goes when a document is deleted
    record_erasure    names and quotes in the audit trail, uploads and suggestions
    erasure_followup  what follows a deletion, until its certificate is complete
"""
