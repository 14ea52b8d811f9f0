"""Rich Text Format (RTF).

In reading order:

    rtf_document  the parser: events → elements
    rtf_tokens    bytes → events: text, control words, start and end of groups
    rtf_words     lists of control words
    rtf_table     tables
"""
