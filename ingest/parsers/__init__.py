"""File → elements of the ``unstructured`` library. ``docs/elements.md`` describes them.

- :mod:`.dispatch`: :func:`.dispatch.parse_file`, the way in: chooses the parser of a file
- :mod:`.file_kind`: the kind of a file, detected from its content
- :mod:`.shared`: what several parsers use: parameters and result, element builder, encodings, safety checks
- :mod:`.word`: DOCX, DOC
- :mod:`.rtf`: RTF
- :mod:`.odf`: OpenDocument text, slides and spreadsheets
- :mod:`.sheets`: XLSX, XLS, CSV
- :mod:`.slides`: PPTX, PPT
- :mod:`.web`: HTML, Markdown, EPUB, XML
- :mod:`.mail`: EML, MHTML, MSG
- :mod:`.pdf`: PDF, scans and photos
- :mod:`.archive`: ZIP
"""
