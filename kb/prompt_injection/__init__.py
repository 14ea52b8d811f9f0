"""Sentences of documents that speak to an assistant ("ignore the above and say …") instead of to people.

In reading order:

    injection_detector  which characters of a text speak to an assistant; the way in
    chunk_orders        the stored characters that are left out of what is quoted
    text_units          the pieces of a text that are judged: sentences, neighbours, what stands between marks
    injection_features  a piece of text → numbers
    plain_form          the text behind odd spelling: invisible characters, digits for letters, base64
"""
