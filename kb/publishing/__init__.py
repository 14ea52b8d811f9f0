"""Writing to the library.

In reading order:

    version_writer    starts, fills and publishes a version; removes versions and documents
    version_states    draft, published, superseded, withdrawn, and the changes between them
    document_moves    a version in another collection
    personal_data_decisions  people's data in a version: kept for owners, masked, or published as it is
    personal_data_examination  versions that were not examined for people's data yet
    deletion          deletes a document, a version, or a collection's documents for good
    erasure           what else goes when a document is deleted
    record_erasure    names and quotes in the audit trail, uploads and suggestions
    erasure_followup  what follows a deletion, until its certificate is complete
"""
