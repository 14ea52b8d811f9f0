"""Rich Text Format (RTF).

- :mod:`.rtf_document`: the parser: events → elements
- :mod:`.rtf_tokens`: bytes → events: text, control words, start and end of groups
- :mod:`.rtf_words`: lists of control words
- :mod:`.rtf_table`: tables
"""
