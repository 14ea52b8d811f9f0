"""What several parsers use.

In reading order:

    parsed_document  what every parser gets and returns
    hkscs            Hong Kong characters in the private use area
    element_builder  makes elements of the ``unstructured`` library
    colours          whether ink can be told from its ground
    encoding         bytes → text
    text_headings    headings and list items recognised by their typed numbers
    chat_export       an exported chat → its messages
    plain_text       plain text → paragraphs, headings, lists, tables
    iso_dates        dates in metadata
    header_rows      which rows of a table are its header
    number_styles    automatic numbers: iv, C, 三, 丙, ③
    office_xml       parts of an Office Open XML file
    ole_properties   title and date of an OLE file
    attachments      files found inside a file
    safety           checks against hostile files: ZIP bombs, unsafe paths, XML entities
"""
