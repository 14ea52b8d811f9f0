"""Results to read.

In reading order:

    terminal_tables  tables in the terminal
    html_report      one page that needs nothing else
    svg_plots        plots as inline SVG
"""
