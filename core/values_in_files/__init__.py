"""Values in files that people bring, read from their texts column by column.

How a column writes its values is inferred from samples; where two ways fit, both are named, so that
a person can be asked. Nothing here knows a database.
"""
