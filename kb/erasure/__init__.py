"""Proof that a deleted document is gone: from every file of the data folder, free pages of the stores included.

In reading order:

    fingerprints      text, vectors and names as keyed hashes, and the search for them in bytes
    deleted_content   what is searched for when versions are deleted
    certificates      the record of a deletion: what, by whom, when, and what the search found
    certificate_text  a certificate in words
    store_files       free pages, write-ahead files and left-over folders of SQLite and Chroma
    folder_search     the search through all files of a data folder
    search_process    both of these in a process of their own: ``python -m kb.erasure.search_process``
"""
