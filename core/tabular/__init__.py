"""Tables in files that people bring: CSV in any encoding, with any delimiter, and Excel workbooks.

`read_table` finds the table in a file and writes it as plain CSV, so that whoever works through its
rows knows one format only.
"""
