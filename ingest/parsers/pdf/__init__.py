"""PDF files, scans and photos.

In reading order:

    pdf_document   the parser of PDF: text layer, or OCR for pages without one
    printed_numbers  the numbers printed on the pages
    unseen_text    which glyphs of a page a reader sees
    scanned_image  the parser of images
    ocr            OCR of one page image
    layout         glyphs → elements
"""
