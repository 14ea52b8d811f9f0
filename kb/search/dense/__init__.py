"""Dense search: vectors of chunks and of their sentences, compared by cosine.

In reading order:

    flat_index        all vectors in memory, compared one by one: exact, up to 20,000 chunks
    exact_scan        the same without keeping them in memory, where a large library's store cannot be used
    vector_store      the vectors of published chunks in Chroma: add, remove, nearest
    chroma_clients    Chroma's clients, opened and closed again; its failures as one error
    store_check       is a folder of Chroma sound? asked in a process of its own
    store_marks       the mark that a store lacks what the records have
    store_repair      makes a store agree with the records
    store_trust       may search use a store?
    sentence_vectors  the vectors of a chunk's sentences in the database
    language_means    mean vectors by language, which make cosines of two languages comparable
"""
