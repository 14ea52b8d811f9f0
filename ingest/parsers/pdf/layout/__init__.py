"""Glyphs → elements: what the PDF parser and the image parser share.

Read in this order:

- :mod:`.page_layout`: pages of fragments → elements: all steps below, in order; :func:`.page_layout.analyse_layout`
- :mod:`.glyphs`: pdfium page → glyphs with box, size and weight
- :mod:`.pdfium_calls`: pdfium functions without the overhead of ctypes
- :mod:`.text_repair`: code points → readable text: compatibility forms, spaces, hyphens
- :mod:`.rulings`: pdfium page → horizontal and vertical lines
- :mod:`.fragments`: glyphs → fragments: text on one baseline without a wide gap
- :mod:`.rotated_text`: glyphs → text that is written upwards or downwards
- :mod:`.form_fields`: pdfium page → values of form fields, as fragments
- :mod:`.running_heads`: fragments of all pages → the same without running heads, feet and page numbers
- :mod:`.ruled_tables`: rulings and fragments → tables, and the fragments outside them
- :mod:`.table_heads`: rows of a table → number of header rows
- :mod:`.margin_notes`: fragments of a page → text, and notes in the margin
- :mod:`.reading_order`: fragments of a page → columns in reading order
- :mod:`.unruled_tables`: fragments of a column → tables without rulings, and the fragments outside them
- :mod:`.unruled_rows`: lines of an unruled table → its rows
- :mod:`.lines`: fragments of a column → lines
- :mod:`.paragraphs`: lines → paragraphs, clauses, list items
- :mod:`.typed_labels`: the clause number or list mark at the start of a line
- :mod:`.layout_headings`: which paragraphs are headings, tables of contents, footnotes
- :mod:`.layout_elements`: paragraphs and tables → elements of the ``unstructured`` library

All coordinates are points (pixels for images) from the top left corner of the page.
"""
