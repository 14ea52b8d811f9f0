"""Names of persons in a text.

In reading order:

    personal_names      names known by their context: titles, labels, lists, tables
    bare_chinese_names  Chinese names without a title
    romanised_names     names in Latin letters
    name_words          surnames, and the characters and syllables of given names
"""
