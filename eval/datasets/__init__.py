"""Questions and documents to measure with.

In reading order:

    benchmark_collections  BEIR folders, TREC topics with qrels
    trec_files             TREC topics, qrels and runs
    question_files         questions with what should come back, as JSON lines
    question_sheet         the same from a spreadsheet
    question_sets          a tenant's own test sets
    collection_index       a test collection indexed as a tenant of its own
    vector_cache           embeddings of a test collection, kept on disk
    code_fingerprint       which files decide what a module does
"""
