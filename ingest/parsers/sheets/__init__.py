"""Spreadsheets: XLSX, XLS, CSV.

In reading order:

    xlsx           the parser of XLSX
    xls            the parser of XLS (Excel 97–2003)
    csv_table      the parser of CSV and other delimited text
    number_format  numbers and dates as a spreadsheet shows them
    sheet_grid     cells of a sheet → tables
"""
