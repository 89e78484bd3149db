"""The API: what the pages offer, for programs; generic over the record types.

Rights, rows and writing are those of the pages: `core.permissions` and the services.
"""

ROOT = "/api/v1/"
