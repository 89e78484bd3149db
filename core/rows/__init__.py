"""Rows that another system sends: read, checked and brought to records, many at once.

No query is made per row; `core.services.rows` writes them.
"""
