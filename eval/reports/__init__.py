"""Results to read.

- :mod:`.terminal_tables`: tables in the terminal
- :mod:`.html_report`: one page that needs nothing else
- :mod:`.svg_plots`: plots as inline SVG
"""
