"""Giving new leads to people by the rules, each lead once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_noop

from core import permissions
from core.locks import lock_for_transaction
from core.models import ChangeSet, User
from core.notifying import notify
from core.registries import record_types
from core.services.quality import viewpoint_of_all
from core.services.records import give_records
from crm.models import AssignmentRule, Lead, LeadArrival
from crm.queries.assignments import Desks, matching

LEAD, LOCK = "crm.lead", "crm.assignment"
ASSIGN = "assign"
BATCH = 200
MOST_BATCHES = 25  # a turn; beat calls again
RETRY = timedelta(minutes=10)
TOLD_ONE_BY_ONE = 3
ONE = gettext_noop("New lead for you: %(name)s, by the rule “%(rule)s”")
SEVERAL = gettext_noop("%(count)s new leads for you, by the rules of the assignment")


def note_arrivals(ids: Collection[int], by: User | None, at: datetime) -> None:
    """New leads for which nobody was named wait for the rules, if there are any in use."""
    if not ids or not AssignmentRule.objects.enabled().exists():
        return
    nobodys = Q(owner__isnull=True) | Q(owner=by) if by is not None else Q(owner__isnull=True)
    leads = Lead.objects.open().kept().filter(nobodys, pk__in=ids, is_sample=False)
    LeadArrival.objects.bulk_create(
        (
            LeadArrival(lead_id=pk, came_to_id=owner, since=at, next_at=at)
            for pk, owner in leads.values_list("pk", "owner")
        ),
        batch_size=500,
        ignore_conflicts=True,
    )


def note_entered_by_hand(lead: Lead) -> None:
    """Such a lead stays with whoever entered it, unless a rule says otherwise."""
    LeadArrival.objects.filter(pk=lead.pk).update(is_by_hand=True)


def assign_arrivals(*, at: datetime) -> int:
    """Let the rules answer the leads that wait; returns how many were given to somebody."""
    given = 0
    for _batch in range(MOST_BATCHES):
        number, looked_at = _assign_some(at)
        given += number
        if looked_at < BATCH:
            break
    return given


@dataclass(frozen=True)
class _Gift:
    """A lead, whom it goes to, and by which rule."""

    arrival: LeadArrival
    rule: AssignmentRule
    owner: User


@transaction.atomic
def _assign_some(at: datetime) -> tuple[int, int]:
    """Answer some; two workers take turns, so that nobody's turn or capacity is counted twice."""
    lock_for_transaction(LOCK)
    due = LeadArrival.objects.filter(answered_at__isnull=True, next_at__lte=at)
    arrivals = list(due.order_by("next_at", "pk")[:BATCH])
    if not arrivals:
        return 0, 0
    rules = list(AssignmentRule.objects.enabled().select_related("person", "team"))
    gifts, waits = _decided(arrivals, rules, at)
    _hand_over(gifts, at)
    for gift in gifts:
        gift.arrival.rule, gift.arrival.owner = gift.rule, gift.owner
    for arrival in arrivals:
        if arrival.pk in waits:
            arrival.next_at = at + RETRY
        else:
            arrival.answered_at = at
    LeadArrival.objects.bulk_update(arrivals, ["rule", "owner", "next_at", "answered_at"])
    _tell(gifts)
    return len(gifts), len(arrivals)


def _decided(
    arrivals: Sequence[LeadArrival], rules: Sequence[AssignmentRule], at: datetime
) -> tuple[list[_Gift], set[int]]:
    """What goes to whom; the leads for which a rule holds, but nobody is there now, wait on.

    A lead that somebody has closed, deleted or given away in the meantime is left alone.
    """
    owners = dict(
        Lead.objects.open()
        .kept()
        .select_for_update(of=("self",), no_key=True)
        .filter(pk__in=[arrival.pk for arrival in arrivals])
        .order_by("pk")
        .values_list("pk", "owner")
    )
    open_ones = [a for a in arrivals if a.pk in owners and owners[a.pk] == a.came_to_id]
    held = matching(rules, [arrival.pk for arrival in open_ones], viewpoint_of_all(at))
    desks, gifts, waits = Desks(at), [], set()
    for arrival in open_ones:
        usable = [r for r in held.get(arrival.pk, ()) if r.takes_by_hand or not arrival.is_by_hand]
        gift = _first_gift(arrival, usable, desks)
        if gift is not None:
            gifts.append(gift)
        elif usable:
            waits.add(arrival.pk)
    _remember_turns(rules, desks)
    return gifts, waits


def _first_gift(
    arrival: LeadArrival, rules: Sequence[AssignmentRule], desks: Desks
) -> _Gift | None:
    for rule in rules:
        chosen = desks.choose(rule)
        if chosen is not None:
            desks.give(rule, chosen)
            return _Gift(arrival, rule, chosen.user)
    return None


def _remember_turns(rules: Sequence[AssignmentRule], desks: Desks) -> None:
    for rule in rules:
        last = desks.last.get(rule.pk, rule.last_person_id)
        if last != rule.last_person_id:
            AssignmentRule.objects.filter(pk=rule.pk).update(last_person=last)


def _hand_over(gifts: Sequence[_Gift], at: datetime) -> None:
    """Owner and team, the contact along with the lead, and the trail."""
    if not gifts:
        return
    change_set = ChangeSet.objects.create(
        object_type=LEAD, action=ASSIGN, actor=None, at=at, count=len(gifts)
    )
    owners = {gift.owner.pk: gift.owner for gift in gifts}
    for pk, owner in sorted(owners.items()):
        pks = [gift.arrival.pk for gift in gifts if gift.owner.pk == pk]
        give_records(kind=record_types[LEAD], pks=pks, owner=owner, change_set=change_set)


def _tell(gifts: Sequence[_Gift]) -> None:
    """Each owner is told of a few leads by name, of many in one sentence."""
    by_owner: dict[int, list[_Gift]] = {}
    for gift in gifts:
        by_owner.setdefault(gift.owner.pk, []).append(gift)
    named = [g for some in by_owner.values() if len(some) <= TOLD_ONE_BY_ONE for g in some]
    leads: dict[int, Any] = Lead.objects.for_list().in_bulk([gift.arrival.pk for gift in named])
    for some in by_owner.values():
        owner = some[0].owner
        if len(some) > TOLD_ONE_BY_ONE:
            url = f"{reverse('lead_list')}?if=owner:is:me&sort=-created"
            args: dict[str, Any] = {"count": len(some)}
            notify(user=owner, kind="assignment", message=SEVERAL, message_args=args, url=url)
            continue
        for gift in some:
            lead = leads[gift.arrival.pk]
            name = lead.name_for(permissions.access_of(owner))
            args = {"name": name[:120], "rule": gift.rule.name}
            url = lead.get_absolute_url()
            notify(user=owner, kind="assignment", message=ONE, message_args=args, url=url)
