"""Reports of results.

- :mod:`.terminal_tables`: tables in the terminal
- :mod:`.html_report`: an HTML page without external files
- :mod:`.svg_plots`: plots as inline SVG
"""
