"""Outline → chunks: the pieces of text that are embedded, searched and quoted.

- :mod:`.chunker`: outline → chunks; :func:`.chunker.chunk` is the way in
- :mod:`.splitter`: blocks → pieces: paragraphs, table rows, parts of long ones
- :mod:`.packer`: pieces → drafts of chunks, along the tree of sections
"""
