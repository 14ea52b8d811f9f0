"""Dense search: vectors of chunks and of their sentences, compared by cosine.

In reading order:

    flat_index        all vectors in memory, compared one by one: exact, up to 20,000 chunks
    vector_store      the vectors of published chunks in Chroma: add, remove, nearest
    sentence_vectors  the vectors of a chunk's sentences in the database
    language_means    mean vectors by language, which make cosines of two languages comparable
"""
