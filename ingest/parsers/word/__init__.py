"""Word documents: DOCX (Office Open XML) and DOC (binary, Word 97–2003).

DOCX:

- :mod:`.docx`: the parser
- :mod:`.docx_styles`: what the style of a paragraph states: heading level, list, bold, size, hidden
- :mod:`.docx_numbering`: automatic numbers, computed from their definitions
- :mod:`.docx_text`: the text of a paragraph, without deleted and hidden text
- :mod:`.docx_headings`: which paragraphs are headings
- :mod:`.docx_table`: a table as rows of cells

DOC:

- :mod:`.doc`: the parser
- :mod:`.doc_format`: the streams of the file: text pieces, paragraph properties, styles, lists
- :mod:`.doc_properties`: properties of a paragraph
"""
