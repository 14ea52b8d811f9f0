"""Writing to the library.

In reading order:

    version_writer  starts, fills and publishes a version; removes a document
    version_states  draft, published, superseded, withdrawn, and the changes between them
    erasure         what else goes when a document is deleted
"""
