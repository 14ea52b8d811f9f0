"""From placed glyphs to elements: what the PDF and the image parser share.

    glyphs      pdfium page            → glyphs with box, size, weight
    direct      pdfium's functions, quick to call
    textfix     code points            → readable text (compatibility forms, spaces, hyphens)
    turned      glyphs                 → text written upwards or downwards
    forms       pdfium page            → what was typed into form fields, as fragments
    fragments   glyphs                 → fragments: text runs on one baseline without a wide gap
    rulings     pdfium page            → horizontal and vertical lines
    tables      rulings + fragments    → tables, and the fragments outside them
    aligned     fragments              → tables without rulings (aligned_rows, table_heads help)
    margins     fragments of a page    → notes in the margin apart
    running     fragments of all pages → the same without running heads, feet and page numbers
    columns     fragments of a page    → columns in reading order
    lines       fragments of a column  → lines
    paragraphs  lines                  → paragraphs, clauses, list items, footnotes
    headings    paragraphs of all      → which are headings, how deep; which are a table of contents
    labels      a line                 → the clause number or list mark it begins with
    document    pages                  → all of this in order
    elements    paragraphs and tables  → unstructured's elements

All coordinates are points (pixels for images) from the page's top left corner.
"""

from __future__ import annotations

__all__: list[str] = []
