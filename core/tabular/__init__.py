"""Tables in files that people bring: CSV in any encoding, with any delimiter, Excel workbooks and
address books.

`read_table` finds the table in a file and writes it as plain CSV, so that whoever works through its
rows knows one format only.
"""
