"""Judging values that no database can judge, and counting what is wrong with records."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from core.audit import Changes
from core.choices import FieldType
from core.company import company, dialling_country
from core.conditions import Criterion, Viewpoint, all_of, checked, from_parameters, to_q
from core.models import JobRun, QualityCount, User
from core.permissions import Access
from core.queries.quality import EMPTY, given_now, summed
from core.registries import QualityRules, RecordType, quality_rules, record_types
from core.registries.quality import Given
from core.values_in_files.problems import email_problem, phone_problem

MOST_AT_ONCE = 500

Faults = dict[str, str]


def judge_records(key: str, lowest: int, highest: int) -> int:
    """Judge the records with these numbers; returns how many have something wrong."""
    model = record_types[key].model
    rows = model._base_manager.filter(pk__gte=lowest, pk__lte=highest, deleted_at__isnull=True)
    return _judge(key, rows, Q(record__gte=lowest, record__lte=highest))


def _judge(key: str, rows: QuerySet[Any], records: Q) -> int:
    """Write what is wrong with the rows in place of what was; nobody changes them meanwhile."""
    rules, kind = quality_rules[key], record_types[key]
    side: Any = rules.side
    types = {name: kind.field[name].type for name in rules.judged}
    country = dialling_country()
    made = []
    for pk, *values in rows.select_for_update(no_key=True).values_list("pk", *rules.judged):
        faults = _faults(dict(zip(types, values, strict=True)), types, country)
        if faults:
            made.append(side(record_id=pk, **faults))
    side.objects.filter(records).delete()
    side.objects.bulk_create(made, batch_size=500)
    return len(made)


def _faults(
    values: Mapping[str, str], types: Mapping[str, FieldType], country: str | None
) -> Faults:
    faults: Faults = {}
    for name, text in values.items():
        if not text:
            continue
        if types[name] == FieldType.EMAIL:
            problem, meant = email_problem(text)
            faults |= {name: problem, f"{name}_meant": meant}
        else:
            faults[name] = phone_problem(text, country)
    return {name: fault for name, fault in faults.items() if fault}


def judge_changed(
    key: str, ids: Collection[int], *, is_new: bool, changes: Mapping[int, Changes] | None
) -> None:
    """Judge again after a change of records; many new ones at once are left to the night."""
    if key not in quality_rules or not quality_rules[key].judged:
        return
    wanted = set(ids)
    if is_new and len(wanted) > 1:
        return
    if changes is not None:
        judged = set(quality_rules[key].judged)
        wanted = {pk for pk in wanted if judged & set(changes.get(pk, ()))}
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        return
    rows = record_types[key].model._base_manager.filter(pk__in=wanted)
    _judge(key, rows, Q(record__in=wanted))


# -- counting ------------------------------------------------------------------------------------


def viewpoint_of_all(at: datetime) -> Viewpoint:
    """Whoever sees everything, in the company's time zone."""
    anybody = User()
    anybody.cached_access = Access(is_administrator=True)
    return Viewpoint(anybody, at.astimezone(ZoneInfo(company().time_zone)))


def conditions_of(
    rules: QualityRules, kind: RecordType, view: Viewpoint, given: Given
) -> dict[str, Q]:
    """What is counted, by name: the checks, and the important fields without a value."""
    asked = {
        check.key: from_parameters(parts)
        for check in rules.checks
        if (parts := check.parameters(given)) is not None
    }
    asked |= {f"{EMPTY}{name}": all_of(Criterion(name, "empty")) for name in rules.important}
    return {
        name: to_q(checked(condition, kind, view), kind, view) for name, condition in asked.items()
    }


def count_records(key: str, at: datetime) -> list[QualityCount]:
    """The counts by owner and team and of all records, not saved: one reading of the table."""
    rules, kind = quality_rules[key], record_types[key]
    wanted = conditions_of(rules, kind, viewpoint_of_all(at), given_now())
    names = {f"n{place}": name for place, name in enumerate(wanted)}
    columns = {alias: Count("pk", filter=wanted[name]) for alias, name in names.items()}
    rows = kind.model._base_manager.filter(deleted_at__isnull=True).order_by()
    grouped = rows.values("owner", "team").annotate(total=Count("pk"), **columns)
    found = [
        QualityCount(
            object_type=key,
            owner_id=row["owner"],
            team_id=row["team"],
            total=row["total"],
            counts={name: row[alias] for alias, name in names.items()},
        )
        for row in grouped
    ]
    total, counts = summed(found)
    return [*found, QualityCount(object_type=key, is_whole=True, total=total, counts=counts)]


def store_counts(run: JobRun, key: str, counted: Iterable[QualityCount]) -> int:
    """Keep what the run counted of a record type, in place of an attempt before."""
    QualityCount.objects.filter(run=run, object_type=key).delete()
    rows = list(counted)
    for row in rows:
        row.run = run
    QualityCount.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def forget_old_counts(before: datetime) -> None:
    QualityCount.objects.filter(run__as_of__lt=before).delete()
