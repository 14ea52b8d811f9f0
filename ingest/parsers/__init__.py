"""File → elements of the ``unstructured`` library. ``docs/elements.md`` describes them.

In reading order:

    dispatch   :func:`.dispatch.parse_file`, the way in: chooses the parser of a file
    file_kind  the kind of a file, detected from its content
    shared     what several parsers use: parameters and result, element builder, encodings, safety checks
    word       DOCX, DOC
    rtf        RTF
    odf        OpenDocument text, slides and spreadsheets
    sheets     XLSX, XLS, CSV
    slides     PPTX, PPT
    web        HTML, Markdown, EPUB, XML
    mail       EML, MHTML, MSG
    pdf        PDF, scans and photos
    archive    ZIP
"""
