"""The export of everything: a ZIP of exact CSV tables, the files of records, and a manifest.

`cells` says how one value is written and read back, `columns` what a table holds, `writing` makes
the archive and `reading` opens one: an import needs nothing of `writing`.
"""

FORMAT, FORMAT_VERSION = "renmai-archive", 1
MANIFEST = "manifest.json"
FILES = "files/"  # begins the names of the files of records
OF_TABLES = "table_files"  # in the manifest: the files of rows that are no records
