"""Lexical search: BM25 over a word index in plain database tables, see ``docs/decisions/0012-word-index.md``.

In reading order:

    word_index         the way in: a query → scores of chunks; the weight of each word
    bm25               the formula, computed over the postings of a few words
    chunks_with_words  which chunks hold all words of a text, without ranking
    postings           the index in the database: which chunks contain a word, and how often
"""
