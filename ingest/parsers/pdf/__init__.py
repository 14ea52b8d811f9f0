"""PDF files, scans and photos.

- :mod:`.pdf_document`: the parser of PDF: text layer, or OCR for pages without one
- :mod:`.scanned_image`: the parser of images
- :mod:`.ocr`: OCR of one page image
- :mod:`.layout`: glyphs → elements
"""
