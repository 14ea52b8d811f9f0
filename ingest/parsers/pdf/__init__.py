"""PDF files, scans and photos.

In reading order:

    pdf_document   the parser of PDF: text layer, or OCR for pages without one
    scanned_image  the parser of images
    ocr            OCR of one page image
    layout         glyphs → elements
"""
