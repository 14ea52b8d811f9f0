"""Language without a model: detect, fold, split, rewrite and expand text in Cantonese, written Chinese and English.

A question goes ``followup.standalone`` → ``detect`` → ``cantonese.to_written`` → ``glossary.Glossary.expand`` →
``words.query_words``; a passage goes ``words.index_words``; an answer uses ``sentences`` and ``quantities``.

    detect      the language of a text
    script      character classes, display width; folding to one script; Traditional and Simplified
    followup    whether a question depends on the one before it, and the same as a question of its own
    cantonese   colloquial Cantonese to written Chinese, for search
    glossary    welfare and office terms of Hong Kong in both languages
    dictionary  Chinese–English dictionary (CC-CEDICT), for search
    lexicon     longest match of a word table in a text
    words       words of the lexical index
    sentences   the sentences of a text, and the marks that end one
    quantities  numbers, amounts, dates, clock times and units
"""
