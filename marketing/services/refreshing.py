"""Segments asked again of contacts that have changed, and of all contacts part by part."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from marketing.models import Segment, SegmentMember, SegmentSize, StaleMembership
from marketing.queries.segment_rules import Rule, holding, levels_of, rules_of
from marketing.services.memberships import company_day, move, take_turn

BATCH = 200
MOST_BATCHES = 50  # a turn; beat calls again
SKEW = timedelta(minutes=1)  # by which the clocks of two machines may differ


# -- contacts that have changed ----------------------------------------------------------------------


def refresh_changed(*, at: datetime) -> int:
    """Ask the segments of the contacts that wait, the longest waiting first; returns how many."""
    number = 0
    for _turn in range(MOST_BATCHES):
        done = _refresh_some(at)
        number += done
        if done < BATCH:
            break
    return number


@transaction.atomic
def _refresh_some(at: datetime) -> int:
    take_turn()
    rows = StaleMembership.objects.filter(done_at=None).order_by("since", "pk")
    waiting = list(rows.values_list("pk", "since")[:BATCH])
    if waiting:
        refresh_contacts([pk for pk, _since in waiting], at=at)
        _mark_done(waiting)
    return len(waiting)


def _mark_done(waiting: Sequence[tuple[int, datetime]]) -> None:
    """What has changed once more since it was read still waits: its time is another one."""
    same = Q()
    for pk, since in waiting:
        same |= Q(pk=pk, since=since)
    # The time at which it was done, not that of the turn: runs compare it with when they read.
    StaleMembership.objects.filter(same).update(done_at=timezone.now())


def refresh_contacts(ids: Collection[int], *, at: datetime) -> int:
    """Bring the dynamic segments of these contacts up to date; returns how many came or left."""
    moved, day = 0, None
    for level in levels_of(list(Segment.objects.at_work())):
        rules = rules_of(level, at)
        there, holds = _members(rules, contact__in=ids), holding(rules, ids)
        for segment in (rule.segment for rule in rules):
            came, gone = (
                holds[segment.pk] - there[segment.pk],
                there[segment.pk] - holds[segment.pk],
            )
            if came or gone:
                day = day or company_day(at)
                moved += sum(move(segment=segment, joined=came, left=gone, at=at, day=day))
    return moved


def _members(rules: Iterable[Rule], **among: Any) -> dict[int, set[int]]:
    """The members of each segment among some contacts: one query."""
    found: dict[int, set[int]] = {rule.segment.pk: set() for rule in rules}
    rows = SegmentMember.objects.filter(segment__in=found, **among)
    for segment, contact in rows.values_list("segment", "contact"):
        found[segment].add(contact)
    return found


# -- all contacts ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """Who is missing in a segment and who should not be there, by its version that was asked."""

    segment: int
    version: int
    joined: frozenset[int]
    left: frozenset[int]


@dataclass(frozen=True)
class Compared:
    """A range of contacts, read at a moment."""

    read_at: datetime
    first: int
    last: int
    differences: Sequence[Difference]


def compare_range(segments: Collection[Segment], first: int, last: int, at: datetime) -> Compared:
    """What the conditions say of a range of contacts against who is in the segments."""
    read_at, rules = timezone.now(), rules_of(segments, at)
    there = _members(rules, contact__gte=first, contact__lte=last)
    found = []
    for rule in rules:
        segment = rule.segment
        holds = set(rule.rows((first, last)).values_list("pk", flat=True))
        joined, left = holds - there[segment.pk], there[segment.pk] - holds
        if joined or left:
            found.append(
                Difference(segment.pk, segment.version, frozenset(joined), frozenset(left))
            )
    return Compared(read_at, first, last, found)


@transaction.atomic
def write_range(compared: Compared, *, at: datetime) -> tuple[int, int]:
    """Write what was found; of whoever was asked alone since, it is asked anew. How many came and left."""
    if not compared.differences:
        return 0, 0
    take_turn()
    newer = _refreshed_since(compared)
    segments = Segment.objects.in_bulk([each.segment for each in compared.differences])
    joined = left = 0
    for each in compared.differences:
        segment = segments.get(each.segment)
        if segment is None or segment.version != each.version or not segment.is_at_work:
            continue  # another condition is being asked by another run
        came, gone = each.joined - newer, each.left - newer
        doubtful = (each.joined | each.left) & newer
        if doubtful:
            more_came, more_gone = _moved_by_now(segment, doubtful)
            came, gone = came | more_came, gone | more_gone
        moved = move(segment=segment, joined=came, left=gone, at=at)
        joined, left = joined + moved[0], left + moved[1]
    return joined, left


def _moved_by_now(segment: Segment, ids: Collection[int]) -> tuple[frozenset[int], frozenset[int]]:
    """Who comes and who leaves among contacts that were asked alone meanwhile: perhaps after the range was read,
    perhaps before the segment was there or had this condition. In the turn nobody else moves them."""
    rules = rules_of([segment], timezone.now())
    if not rules:
        return frozenset(), frozenset()
    there, holds = _members(rules, contact__in=ids), holding(rules, ids)
    now, before = holds[segment.pk], there[segment.pk]
    return frozenset(now - before), frozenset(before - now)


def _refreshed_since(compared: Compared) -> set[int]:
    """Contacts that wait to be asked alone, or were so after the range was read."""
    after = Q(done_at=None) | Q(done_at__gte=compared.read_at - SKEW)
    rows = StaleMembership.objects.filter(after, pk__range=(compared.first, compared.last))
    return set(rows.values_list("pk", flat=True))


@transaction.atomic
def close_run(*, segments: Collection[int], is_whole: bool, at: datetime) -> None:
    """Count the members, note the sizes of the day, and forget what was done before the run began."""
    take_turn()
    rows = Segment.objects.kept()
    counted = rows if is_whole else rows.filter(pk__in=segments)
    day = company_day(at)
    for pk, size in _sizes(list(counted.values_list("pk", flat=True))).items():
        Segment.objects.filter(pk=pk).exclude(size=size).update(size=size)
        if not SegmentSize.objects.filter(segment=pk, day=day).update(size=size):
            SegmentSize.objects.create(segment_id=pk, day=day, size=size)
    Segment.objects.filter(pk__in=segments).update(checked_at=at)
    if is_whole:
        StaleMembership.objects.filter(done_at__lt=at - SKEW).delete()


def _sizes(segments: Collection[int]) -> dict[int, int]:
    """How many members each has; few contacts are in the bin, so they are counted alone."""
    rows = SegmentMember.objects.filter(segment__in=segments).order_by()
    number = Count("pk")
    every = dict(rows.values("segment").annotate(number=number).values_list("segment", "number"))
    binned = rows.filter(contact__deleted_at__isnull=False).values("segment")
    gone = dict(binned.annotate(number=number).values_list("segment", "number"))
    return {pk: every.get(pk, 0) - gone.get(pk, 0) for pk in segments}
