"""Files become records: which column is what, what a cell says, what comes of a row."""
