"""Reports of results.

In reading order:

    terminal_tables  tables in the terminal
    html_report      an HTML page without external files
    svg_plots        plots as inline SVG
"""
