"""Writing to the library.

- :mod:`.version_writer`: starts, fills and publishes a version; removes a document
- :mod:`.version_states`: draft, published, superseded, withdrawn, and the changes between them
- :mod:`.erasure`: what else goes when a document is deleted
"""
