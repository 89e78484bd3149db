"""The index of search over many records at once: PostgreSQL's own index is built afterwards."""

from django.db import connection, transaction
from django.db.models import Max

BATCH = 10_000


def index_for_search() -> int:
    """Index all records; returns how many."""
    from core.search.entries import searched_types
    from core.services.search import index_records

    is_postgresql = connection.vendor == "postgresql"
    if is_postgresql:
        _execute("DROP INDEX core_search_tokens")
    count = 0
    for kind in searched_types():
        last = kind.model._base_manager.aggregate(last=Max("pk"))["last"] or 0
        for start in range(1, last + 1, BATCH):
            ids = range(start, min(start + BATCH, last + 1))
            with transaction.atomic():
                count += index_records(kind.key, ids, with_dependents=False)
    if is_postgresql:
        _execute(
            "CREATE INDEX core_search_tokens ON core_searchentry USING gin (tokens) "
            "WITH (fastupdate = off)"
        )
    return count


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
