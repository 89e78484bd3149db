"""Rules of the assignment: written, put in order, switched, deleted; people and their days off."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, permissions
from core.conditions import Viewpoint, asks_who_asks, leaves
from core.errors import Refused
from core.models import User
from crm.models import AssignmentPerson, AssignmentRule, DayOff

PERMISSION = "crm.assignment.manage"
MOST_RULES = 100
MOST_DAYS_OFF = 366


@transaction.atomic
def save_assignment_rule(*, rule: AssignmentRule, by: User, at: datetime) -> AssignmentRule:
    """Make or change a rule; a new one is asked last."""
    permissions.require(by, PERMISSION)
    check_assignment_rule(rule=rule, by=by, at=at)
    before = AssignmentRule.objects.filter(pk=rule.pk).first()
    if before is None:
        _place_last(rule)
        rule.save()
        audit.record(actor=by, action="assignment.rule.create", subject=rule)
        return rule
    changes = audit.differences(audit.snapshot(before), rule)
    if changes:
        rule.save()
        audit.record(actor=by, action="assignment.rule.change", subject=rule, changes=changes)
    return rule


def check_assignment_rule(*, rule: AssignmentRule, by: User, at: datetime) -> None:
    """Refuse a rule that makes no sense; bring its condition into its stored form."""
    asked = rule.asked(Viewpoint(by, timezone.localtime(at)))
    if asks_who_asks(asked):
        raise Refused(_("A rule is the same for everybody: choose people instead of “me”."))
    rule.condition = asked.as_json() if any(True for _leaf in leaves(asked)) else {}
    rule.name = " ".join(rule.name.split())[:120]
    if not rule.name:
        raise Refused(_("Give the rule a name."))
    if (rule.person is None) == (rule.team is None):
        raise Refused(_("Choose a person or a team."))
    if rule.person is not None and not rule.person.is_active:
        raise Refused(_("This colleague is switched off. Choose another one."))


def _place_last(rule: AssignmentRule) -> None:
    positions = list(AssignmentRule.objects.values_list("position", flat=True))
    if len(positions) >= MOST_RULES:
        raise Refused(_("There can be %(most)s rules at most.") % {"most": MOST_RULES})
    rule.position = max(positions, default=0) + 1


@transaction.atomic
def move_assignment_rule(*, rule: AssignmentRule, steps: int, by: User) -> None:
    """Earlier or later in the order in which rules are asked."""
    permissions.require(by, PERMISSION)
    rows = list(AssignmentRule.objects.select_for_update(of=("self",)))
    before = [row.pk for row in rows]
    order = [pk for pk in before if pk != rule.pk]
    order.insert(max(0, before.index(rule.pk) + steps), rule.pk)
    if order == before:
        return
    for row in rows:
        row.position = order.index(row.pk)
    AssignmentRule.objects.bulk_update(rows, ["position"])
    audit.record(actor=by, action="assignment.rule.move", subject=rule)


@transaction.atomic
def enable_assignment_rule(*, rule: AssignmentRule, is_enabled: bool, by: User) -> None:
    """Take a rule into use, or out of it."""
    permissions.require(by, PERMISSION)
    if rule.is_enabled == is_enabled:
        return
    rule.is_enabled = is_enabled
    rule.save(update_fields=["is_enabled"])
    changes = {"is_enabled": (not is_enabled, is_enabled)}
    audit.record(actor=by, action="assignment.rule.change", subject=rule, changes=changes)


@transaction.atomic
def delete_assignment_rule(*, rule: AssignmentRule, by: User) -> None:
    permissions.require(by, PERMISSION)
    before = audit.snapshot(rule)
    told = {name: (before[name], None) for name in AssignmentRule.TOLD}
    audit.record(actor=by, action="assignment.rule.delete", subject=rule, changes=told)
    rule.delete()


# -- people ----------------------------------------------------------------------------------------


@transaction.atomic
def set_assignment_person(
    *, user: User, takes_leads: bool, capacity: int | None, country: str, by: User
) -> None:
    """What a colleague can take, and whose holidays they have."""
    permissions.require(by, PERMISSION)
    person, _made = AssignmentPerson.objects.get_or_create(user=user)
    before = audit.snapshot(person)
    person.takes_leads, person.capacity, person.country = takes_leads, capacity, country
    changes = audit.differences(before, person)
    if changes:
        person.save()
        audit.record(actor=by, action="assignment.person", subject=person, changes=changes)


@transaction.atomic
def add_days_off(*, user: User, first_on: date, last_on: date, by: User) -> DayOff:
    """Days on which the colleague gets no new leads."""
    permissions.require(by, PERMISSION)
    if last_on < first_on:
        raise Refused(_("The last day comes after the first."))
    if (last_on - first_on).days >= MOST_DAYS_OFF:
        raise Refused(_("At most a year at once. For longer, switch off new leads."))
    days = DayOff.objects.create(user=user, first_on=first_on, last_on=last_on)
    audit.record(actor=by, action="assignment.away", subject=days, changes=_told(days, None))
    return days


@transaction.atomic
def remove_days_off(*, days: DayOff, by: User) -> None:
    permissions.require(by, PERMISSION)
    audit.record(actor=by, action="assignment.back", subject=days, changes=_told(None, days))
    days.delete()


def _told(new: DayOff | None, old: DayOff | None) -> dict[str, tuple[Any, Any]]:
    names = ("user_id", "first_on", "last_on")
    return {name: (getattr(old, name, None), getattr(new, name, None)) for name in names}
