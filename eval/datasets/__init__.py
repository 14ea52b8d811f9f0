"""The questions and documents of an evaluation.

In reading order:

    benchmark_collections  reads BEIR folders and TREC topics with qrels
    trec_files             reads and writes TREC topics, qrels and runs
    json_lines             lines of JSON in a file
    question_files         questions with their expected answers, as JSON lines
    question_sheet         the same questions from a spreadsheet
    question_import        an evaluator's file as a question file, made in a worker process
    question_sets          the test sets of a tenant
    labelled_text          sentences with labelled personal data
    order_lines            sentences that speak to an assistant, and others, for the detector
    labelled_documents     documents as they come in, with labelled people's data
    card_lines             messages with the emergency card that they call for
    collection_index       indexes a test collection as a tenant of its own
    vector_cache           embeddings of a test collection, stored on disk
    code_fingerprint       a digest of the files that a module depends on
"""
