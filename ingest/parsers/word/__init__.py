"""Word documents: DOCX (Office Open XML) and DOC (binary, Word 97–2003).

DOCX:

    docx            the parser
    docx_styles     what the style of a paragraph states: heading level, list, bold, size, hidden
    docx_numbering  automatic numbers, computed from their definitions
    docx_text       the text of a paragraph, without deleted and hidden text
    docx_headings   which paragraphs are headings
    docx_table      a table as rows of cells

DOC:

    doc             the parser
    doc_format      the streams of the file: text pieces, paragraph properties, styles, lists
    doc_properties  properties of a paragraph
"""
