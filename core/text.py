"""Text as it is compared."""

import unicodedata
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, TextField, Transform
from django.db.models.sql.compiler import SQLCompiler

MAX_COMPARED = 200  # of the columns; normalising may make a text longer ("ß" becomes "ss")


def comparable(text: str, length: int = MAX_COMPARED) -> str:
    """How text is compared in columns that are normalised when written: NFKC, casefolded, single
    spaces; full-width and half-width, large and small are the same.

    >>> comparable("  ＡＣＭＥ   Straße ")
    'acme strasse'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:length]


def fold(text: str) -> str:
    """NFKC in small letters: what both databases can do with a column that is not normalised.

    >>> fold("ＡＣＭＥ Müller")
    'acme müller'
    """
    return unicodedata.normalize("NFKC", text).lower()


@CharField.register_lookup
@TextField.register_lookup
class Folded(Transform):
    """`fold` in the database: `city__folded__contains`."""

    lookup_name = "folded"
    function = "renmai_fold"  # SQLite; `core.sqlite` adds it to each connection

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Any:
        # The collation by name: that of the database may know small letters of ASCII only.
        return self.as_sql(
            compiler,
            connection,
            template='lower(normalize(%(expressions)s, NFKC) COLLATE "und-x-icu")',
            **context,
        )
