"""Outline → chunks: the pieces of text that are embedded, searched and quoted.

In reading order:

    chunker   outline → chunks; :func:`.chunker.chunk` is the way in
    splitter  blocks → pieces: paragraphs, table rows, parts of long ones
    packer    pieces → drafts of chunks, along the tree of sections
    masked_chunk  a chunk with marks in place of people's data
"""
