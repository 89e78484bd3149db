"""Groups: who belongs to them."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from core import audit
from core.models import User
from core.registries import tell_followers
from crm.models import Contact, Group, Membership


@transaction.atomic
def add_members(
    *,
    group: Group,
    contacts: Iterable[Contact],
    by: User,
    role: str = "",
    joined_on: date | None = None,
) -> int:
    """Take people into a group; returns how many were not in it."""
    there = set(Membership.objects.filter(group=group).values_list("contact_id", flat=True))
    new = {it.pk: it for it in contacts if it.pk not in there}
    Membership.objects.bulk_create(
        (
            Membership(group=group, contact=it, role=role, joined_on=joined_on)
            for it in new.values()
        ),
        batch_size=500,
        ignore_conflicts=True,
    )
    for pk in new:
        audit.record(actor=by, action="member.add", subject=group, changes={"contact": (None, pk)})
    tell_followers("crm.contact", new)
    return len(new)


@transaction.atomic
def remove_members(*, group: Group, contacts: Iterable[Contact], by: User) -> int:
    """Let people go; returns how many were in the group."""
    rows = Membership.objects.filter(group=group, contact__in=[it.pk for it in contacts])
    gone = list(rows.values_list("contact_id", flat=True))
    rows.delete()
    for pk in gone:
        audit.record(
            actor=by, action="member.remove", subject=group, changes={"contact": (pk, None)}
        )
    tell_followers("crm.contact", gone)
    return len(gone)
