"""What several parsers use.

- :mod:`.parsed_document`: what every parser gets and returns
- :mod:`.element_builder`: makes elements of the ``unstructured`` library
- :mod:`.encoding`: bytes → text
- :mod:`.text_headings`: headings and list items recognised by their typed numbers
- :mod:`.plain_text`: plain text → paragraphs, headings, lists, tables
- :mod:`.iso_dates`: dates in metadata
- :mod:`.header_rows`: which rows of a table are its header
- :mod:`.number_styles`: automatic numbers: iv, C, 三, 丙, ③
- :mod:`.office_xml`: parts of an Office Open XML file
- :mod:`.ole_properties`: title and date of an OLE file
- :mod:`.attachments`: files found inside a file
- :mod:`.safety`: checks against hostile files: ZIP bombs, unsafe paths, XML entities
"""
