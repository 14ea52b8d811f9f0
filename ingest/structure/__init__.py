"""Elements → outline: sections, and blocks of text with clause number, list depth, page and box; dates, amendments.

- :mod:`.outline`: elements → outline; :func:`.outline.build` is the way in
- :mod:`.blocks`: what an outline consists of: sections and blocks
- :mod:`.front_matter`: cover pages and tables of contents
- :mod:`.paragraph_joins`: paragraphs that a page break has cut in two
- :mod:`.element_positions`: page and box of an element
- :mod:`.table_lines`: tables as lines of text
- :mod:`.clause_numbering`: which numbers are clause numbers, and their full path ("3.2.1(a)")
- :mod:`.clause_markers`: what the number at the start of a text can mean
- :mod:`.annexes`: the names of annexes in Chinese and English
- :mod:`.marker_words`: numerals and word lists
- :mod:`.open_sections`: the section that a new heading belongs to
- :mod:`.effective_dates`: when a document was issued, and from when until when it is in force
- :mod:`.amendments`: which clauses of which document a circular changes
"""
