"""The places in documents that answers quote.

In reading order:

    readable_versions          versions that a reader may open, and the record that they were opened
    source_refs                a place in a document as pages and programs get it
    readable_text              the text around a place, the quoted characters marked
    originals                  the original file
    original_archive           several originals as one ZIP
    text_download              a version as a text file, where its original may not be handed out
    page_images                a page as an image
    quote_marks                where on the page the quoted characters are
    quote_search               finds quoted words among the characters of a PDF page
    render_queue, render_main  the process that opens a document to draw a page
"""
