"""The places in documents that answers quote.

- :mod:`.readable_versions`: versions that a reader may open, and the record that they were opened
- :mod:`.source_refs`: a place in a document as pages and programs get it
- :mod:`.readable_text`: the text around a place, the quoted characters marked
- :mod:`.originals`: the original file
- :mod:`.page_images`: a page as an image
- :mod:`.quote_marks`: where on the page the quoted characters are
- :mod:`.quote_search`: finds quoted words among the characters of a PDF page
- :mod:`.render_queue`, :mod:`.render_main`: the process that opens a document to draw a page
"""
