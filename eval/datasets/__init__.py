"""The questions and documents of an evaluation.

- :mod:`.benchmark_collections`: reads BEIR folders and TREC topics with qrels
- :mod:`.trec_files`: reads and writes TREC topics, qrels and runs
- :mod:`.question_files`: questions with their expected answers, as JSON lines
- :mod:`.question_sheet`: the same questions from a spreadsheet
- :mod:`.question_sets`: the test sets of a tenant
- :mod:`.collection_index`: indexes a test collection as a tenant of its own
- :mod:`.vector_cache`: embeddings of a test collection, stored on disk
- :mod:`.code_fingerprint`: a digest of the files that a module depends on
"""
