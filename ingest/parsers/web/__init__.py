"""Web formats: HTML, Markdown, EPUB, XML.

In reading order:

    html_page        the parser of HTML
    html_main        the main content of a page, without navigation and other boilerplate
    html_hidden      removes what a browser does not show
    html_walk        HTML tree → elements
    html_text        the text of HTML elements as a browser shows it
    html_lists       the number format of a list
    html_table       the cells of a table
    markdown_text    the parser of Markdown
    epub             the parser of EPUB
    generic_xml      the parser of XML
    spreadsheet_xml  workbooks in the XML of Excel 2003
"""
