"""Web formats: HTML, Markdown, EPUB, XML.

- :mod:`.html_page`: the parser of HTML
- :mod:`.html_main`: the main content of a page, without navigation and other boilerplate
- :mod:`.html_walk`: HTML tree → elements
- :mod:`.html_text`: the text of HTML elements as a browser shows it
- :mod:`.html_lists`: the number format of a list
- :mod:`.html_table`: the cells of a table
- :mod:`.markdown_text`: the parser of Markdown
- :mod:`.epub`: the parser of EPUB
- :mod:`.generic_xml`: the parser of XML of unknown kind
"""
