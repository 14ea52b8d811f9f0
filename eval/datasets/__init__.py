"""Questions and documents to measure with.

- :mod:`.benchmark_collections`: BEIR folders, TREC topics with qrels
- :mod:`.trec_files`: TREC topics, qrels and runs
- :mod:`.question_files`: questions with what should come back, as JSON lines
- :mod:`.question_sheet`: the same from a spreadsheet
- :mod:`.question_sets`: a tenant's own test sets
- :mod:`.collection_index`: a test collection indexed as a tenant of its own
- :mod:`.vector_cache`: embeddings of a test collection, kept on disk
- :mod:`.code_fingerprint`: which files decide what a module does
"""
