"""Search: a question → passages of a tenant's documents, best first. The way in is :meth:`.retriever.Retriever.search`.

In reading order, as a question goes through it:

    retriever   the way in: runs the steps below
    query       the question: language, variants to embed, weighted words in both languages
    scope       which document versions are searched: those in force on the day
    models/     texts → vectors (the embedding model)
    lexical/    words → BM25 scores
    dense/      vectors of chunks and sentences; mean vectors by language
    scope_means  the mean vectors of the searched passages
    candidates  the nearest chunks, and what the ranking needs of each candidate
    bilingual/  pairs of a Chinese and an English document, and their passages that are counterparts
    ranking     candidates → order
    fusion      the formulas of the ranking: dense and lexical scores, sentences, counterparts → one score
    passage     the result: a chunk with document, version, clause, pages, score

Indexing side:

    order_marks   looks for sentences that speak to an assistant
    indexed_text  what is embedded and indexed of a chunk: its text, title and headings
    rebuild       build a collection's index again from the database
"""
