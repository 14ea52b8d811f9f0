"""Glyphs → elements: what the PDF parser and the image parser share.

Read in this order:

    page_layout      pages of fragments → elements: all steps below, in order; :func:`.page_layout.analyse_layout`
    glyphs           pdfium page → glyphs with box, size and weight
    pdfium_calls     pdfium functions without the overhead of ctypes
    text_repair      code points → readable text: compatibility forms, spaces, hyphens
    rulings          pdfium page → horizontal and vertical lines
    fragments        glyphs → fragments: text on one baseline without a wide gap
    rotated_text     glyphs → text that is written upwards or downwards
    form_fields      pdfium page → values of form fields, as fragments
    running_heads    fragments of all pages → the same without running heads, feet and page numbers
    ruled_tables     rulings and fragments → tables, and the fragments outside them
    table_heads      rows of a table → number of header rows
    margin_notes     fragments of a page → text, and notes in the margin
    reading_order    fragments of a page → columns in reading order
    unruled_tables   fragments of a column → tables without rulings, and the fragments outside them
    unruled_rows     lines of an unruled table → its rows
    lines            fragments of a column → lines
    paragraphs       lines → paragraphs, clauses, list items
    typed_labels     the clause number or list mark at the start of a line
    layout_headings  which paragraphs are headings, tables of contents, footnotes
    layout_elements  paragraphs and tables → elements of the ``unstructured`` library

All coordinates are points (pixels for images) from the top left corner of the page.
"""
