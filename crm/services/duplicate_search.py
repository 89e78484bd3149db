"""The search for duplicates: keys, candidates that share one, common names, what was found."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from core.insertion import insert_rows
from core.models import JobRun
from core.upsert import upsert
from crm.choices import PairState
from crm.methods.duplicates.blocking import BLOCK_LIMIT
from crm.methods.duplicates.scoring import Match
from crm.models import CommonName, DuplicateCandidate, DuplicateKey, DuplicatePair
from crm.queries.compared import COMPARED

KEY_FIELDS = ("object_type", "is_name", "key", "object_id")
CANDIDATE_FIELDS = ("object_type", "one_id", "other_id")
FEWEST_COMMON = 3  # two records of one name are no more than the pair itself
BATCH = 5_000

# Keys that are held by few records only, then the records that share one.
CANDIDATES = """
WITH shared AS (
    SELECT key FROM crm_duplicatekey WHERE NOT is_name
    GROUP BY key HAVING count(*) BETWEEN 2 AND %s
), held AS (
    SELECT held.object_type, held.key, held.object_id
    FROM crm_duplicatekey held JOIN shared ON shared.key = held.key WHERE NOT held.is_name
)
SELECT DISTINCT a.object_type, a.object_id AS one_id, b.object_id AS other_id
FROM held a JOIN held b ON a.key = b.key AND a.object_id < b.object_id
ORDER BY 1, 2, 3
"""
COMMON_NAMES = """
INSERT INTO crm_commonname (key, count)
SELECT key, count(*) FROM crm_duplicatekey WHERE is_name GROUP BY key HAVING count(*) >= %s
"""


@dataclass(frozen=True)
class Found:
    """Two records that were compared and are probably the same."""

    object_type: str
    one_id: int
    other_id: int
    match: Match
    digest: int

    @property
    def key(self) -> tuple[str, int, int]:
        return self.object_type, self.one_id, self.other_id


def forget_keys() -> None:
    """Before keys are written."""
    _empty(DuplicateKey)


def keep_keys(rows: Iterator[tuple[str, bool, int, int]]) -> None:
    """Keys of records in the order of `KEY_FIELDS`."""
    insert_rows(DuplicateKey, KEY_FIELDS, rows)


@transaction.atomic
def find_candidates() -> None:
    """Fill the tables of candidates and of common names from the keys."""
    _empty(DuplicateCandidate)
    _empty(CommonName)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE crm_duplicatekey")
            cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(COMMON_NAMES, [FEWEST_COMMON])
        cursor.execute(
            "INSERT INTO crm_duplicatecandidate (object_type, one_id, other_id)" + CANDIDATES,
            [BLOCK_LIMIT],
        )


def forget_search() -> None:
    """The working tables are of no use once the pairs are kept."""
    for model in (DuplicateKey, DuplicateCandidate, CommonName):
        _empty(model)


def _empty(model: Any) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        command = "TRUNCATE TABLE" if connection.vendor == "postgresql" else "DELETE FROM"
        cursor.execute(f"{command} {table}")  # names of the model


def keep_pairs(*, found: Sequence[Found], run: JobRun) -> int:
    """Write what was found; what somebody dismissed stays so while both records are as they were."""
    kept = _kept_pairs(found)
    rows = [_row(each, kept.get(each.key), run) for each in found]
    fields = (
        "object_type",
        "one_id",
        "other_id",
        "probability",
        "reasons",
        "digest",
        "state",
        "seen_at",
        "run",
    )
    key = ("object_type", "one_id", "other_id")
    return upsert(DuplicatePair, rows, fields=fields, key=key, newer_by="seen_at")


def _kept_pairs(found: Sequence[Found]) -> dict[tuple[str, int, int], DuplicatePair]:
    kept: dict[tuple[str, int, int], DuplicatePair] = {}
    for object_type in {each.object_type for each in found}:
        ones = {each.one_id for each in found if each.object_type == object_type}
        rows = DuplicatePair.objects.select_for_update().order_by("pk")
        for pair in rows.filter(object_type=object_type, one_id__in=ones):
            kept[(object_type, pair.one_id, pair.other_id)] = pair
    return kept


def _row(found: Found, kept: DuplicatePair | None, run: JobRun) -> tuple[Any, ...]:
    stays = kept is not None and kept.state == PairState.DISMISSED and kept.digest == found.digest
    state = PairState.DISMISSED if stays else PairState.OPEN
    reasons = [
        {"message": it.message, "weight": round(it.weight, 3), "args": it.args}
        for it in found.match.reasons
    ]
    probability = found.match.probability
    return (*found.key, probability, reasons, found.digest, state, run.as_of, run.pk)


def forget_stale_pairs(*, before: datetime) -> int:
    """Open pairs that a whole search did not find again, and any pair of a record that is erased."""
    stale, _models = DuplicatePair.objects.open().filter(seen_at__lt=before).delete()
    for compared in COMPARED.values():
        records = compared.model._base_manager
        for end in ("one_id", "other_id"):
            pairs = DuplicatePair.objects.filter(object_type=compared.key, seen_at__lt=before)
            pairs.filter(~Exists(records.filter(pk=OuterRef(end)))).delete()
    return stale


def batches(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    source = iter(ids)
    while batch := list(islice(source, size)):
        yield batch
