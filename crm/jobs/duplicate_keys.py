"""The first half of the search for duplicates: the keys of all contacts and companies."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop

from core.errors import Refused
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import JobRun
from crm.methods.duplicates.blocking import keys_of
from crm.queries.compared import COMPARED, ComparedType, name_key, name_number
from crm.services.duplicate_search import batches, forget_keys, keep_keys

PER_PART = 2_000
SEARCH = "crm.duplicates"
BUSY = gettext_noop("An earlier search for duplicates is still comparing. Wait until it is done.")

Keys = list[tuple[str, bool, int, int]]


class DuplicateKeysJob(Job):
    """Records in ranges of their numbers; `crm.duplicates` follows and compares."""

    def prepare(self, run: RunContext) -> Plan:
        if JobRun.objects.filter(kind=SEARCH).active().exists():
            raise Refused.by_msgid(BUSY)
        run.step(gettext_noop("Count the contacts and companies"))
        parts = [part for each in COMPARED.values() for part in _parts(each)]
        run.step(gettext_noop("Note what each could be recognised by"))
        return Plan(parts, save=forget_keys)

    def load(self, run: RunContext, payload: dict[str, Any]) -> Keys:
        compared = COMPARED[payload["type"]]
        rows = compared.kept().filter(pk__gte=payload["first"], pk__lte=payload["last"])
        return list(_keys(compared, rows))

    def compute(self, run: RunContext, data: Keys) -> Keys:
        return data

    def save(self, run: RunContext, results: Keys) -> Saved:
        keep_keys(iter(results))
        return Saved(len({row[3] for row in results}), len(results))


def _parts(compared: ComparedType) -> Iterator[dict[str, Any]]:
    ids = compared.kept().order_by("pk").values_list("pk", flat=True).iterator(chunk_size=PER_PART)
    for batch in batches(ids, PER_PART):
        yield {"type": compared.key, "first": batch[0], "last": batch[-1]}


def _keys(compared: ComparedType, rows: Any) -> Iterator[tuple[str, bool, int, int]]:
    for record in compared.among(rows):
        for key in keys_of(record):
            yield compared.key, False, key, record.id
        name = name_key(compared.profile(record))
        if name:
            yield compared.key, True, name_number(compared.key, name), record.id
