"""OpenDocument: text (ODT), slides (ODP), spreadsheets (ODS).

In reading order:

    odf_document  the parser of text and slides
    odf_lists     automatic numbers of lists and headings
    odf_sheets    the parser of spreadsheets
    odf_unseen    removes what a reader does not see
    odf_xml       text, tables and metadata in OpenDocument XML
"""
