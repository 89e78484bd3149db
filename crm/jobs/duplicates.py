"""The second half of the search for duplicates: records that share a key are compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from crm.models import CommonName, DuplicateCandidate
from crm.queries.compared import COMPARED, Compared, ComparedType, digest_of, name_key, name_number
from crm.services.duplicate_search import (
    Found,
    find_candidates,
    forget_search,
    forget_stale_pairs,
    keep_pairs,
)

PER_PART = 2_000


@dataclass(frozen=True)
class Part:
    """Candidates of one type, with the records, their profiles, and how often their names occur."""

    compared: ComparedType
    pairs: list[tuple[int, int]]
    records: dict[int, Compared]
    profiles: dict[int, Any]
    counts: dict[int, int]


class DuplicatesJob(Job):
    """Candidates in ranges of their numbers."""

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Find records that have something in common"))
        find_candidates()
        ends = DuplicateCandidate.objects.order_by("pk").values_list("pk", flat=True)
        first, last = ends.first(), ends.last()
        run.step(gettext_noop("Compare them"))
        return Plan(list(_parts(first, last)))

    def load(self, run: RunContext, payload: dict[str, Any]) -> list[Part]:
        rows = DuplicateCandidate.objects.filter(pk__gte=payload["first"], pk__lte=payload["last"])
        pairs: dict[str, list[tuple[int, int]]] = {}
        for object_type, one, other in rows.values_list("object_type", "one_id", "other_id"):
            pairs.setdefault(object_type, []).append((one, other))
        return [_part(COMPARED[key], of_type) for key, of_type in pairs.items()]

    def compute(self, run: RunContext, data: list[Part]) -> tuple[int, list[Found]]:
        found = [each for part in data for each in _compare(part)]
        return sum(len(part.pairs) for part in data), found

    def save(self, run: RunContext, results: tuple[int, list[Found]]) -> Saved:
        compared, found = results
        written = keep_pairs(found=found, run=run.run)
        return Saved(compared, written, {"compared": compared, "found": len(found)})

    def finish(self, run: RunContext) -> None:
        forget_stale_pairs(before=run.as_of)
        forget_search()


def _parts(first: int | None, last: int | None) -> Iterator[dict[str, int]]:
    if first is None or last is None:
        return
    for start in range(first, last + 1, PER_PART):
        yield {"first": start, "last": min(start + PER_PART - 1, last)}


def _part(compared: ComparedType, pairs: list[tuple[int, int]]) -> Part:
    records = compared.of_ids({pk for pair in pairs for pk in pair})
    profiles = {pk: compared.profile(record) for pk, record in records.items()}
    names = {name_number(compared.key, name_key(profile)) for profile in profiles.values()}
    counts = dict(CommonName.objects.filter(pk__in=names).values_list("key", "count"))
    return Part(compared, pairs, records, profiles, counts)


def _compare(part: Part) -> Iterator[Found]:
    key, records, profiles = part.compared.key, part.records, part.profiles

    def frequency(name: str) -> int:
        return part.counts.get(name_number(key, name), 1)

    for one, other in part.pairs:
        if one not in records or other not in records:
            continue  # one of them went into the bin since
        match = part.compared.match(profiles[one], profiles[other], frequency)
        if match.is_duplicate:
            yield Found(key, one, other, match, digest_of(records[one], records[other]))
