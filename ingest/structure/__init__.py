"""Elements → outline: sections, and blocks of text with clause number, list depth, page and box; dates, amendments.

In reading order:

    outline            elements → outline; :func:`.outline.build` is the way in
    blocks             what an outline consists of: sections and blocks
    front_matter       cover pages and tables of contents
    paragraph_joins    paragraphs that a page break has cut in two
    element_positions  page and box of an element
    table_lines        tables as lines of text
    clause_numbering   which numbers are clause numbers, and their full path ("3.2.1(a)")
    clause_markers     what the number at the start of a text can mean
    annexes            the names of annexes in Chinese and English
    marker_words       numerals and word lists
    open_sections      the section that a new heading belongs to
    effective_dates    when a document was issued, and from when until when it is in force
    validity           the days for which a document says that it holds
    document_title     the title: not a letterhead, not what a program wrote there
    amendments         which clauses of which document a circular changes
"""
