"""OpenDocument: text (ODT), slides (ODP), spreadsheets (ODS).

- :mod:`.odf_document`: the parser of text and slides
- :mod:`.odf_lists`: automatic numbers of lists and headings
- :mod:`.odf_sheets`: the parser of spreadsheets
- :mod:`.odf_xml`: text, tables and metadata in OpenDocument XML
"""
