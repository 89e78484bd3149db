"""Lists as files: what a list shows, as plain values, in chunks, as CSV or XLSX."""
