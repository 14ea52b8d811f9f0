"""Spreadsheets: XLSX, XLS, CSV.

- :mod:`.xlsx`: the parser of XLSX
- :mod:`.xls`: the parser of XLS (Excel 97–2003)
- :mod:`.csv_table`: the parser of CSV and other delimited text
- :mod:`.number_format`: numbers and dates as a spreadsheet shows them
- :mod:`.sheet_grid`: cells of a sheet → tables
"""
