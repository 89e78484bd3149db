"""Events: who is invited and who came."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Refused
from core.models import User
from core.registries import tell_followers
from crm.choices import Attendance
from crm.models import Contact, Event, Participation


@transaction.atomic
def set_attendance(*, event: Event, contacts: Iterable[Contact], attendance: str, by: User) -> int:
    """Say how far people came with an event; those that are new to it are added.

    Returns for how many that was news.
    """
    if attendance not in Attendance.values:
        raise Refused(_("Choose one of the answers in the list."))
    wanted = {it.pk for it in contacts}
    rows = Participation.objects.select_for_update().filter(event=event, contact__in=wanted)
    there = dict(rows.values_list("contact_id", "attendance"))
    Participation.objects.bulk_create(
        (
            Participation(event=event, contact_id=pk, attendance=attendance)
            for pk in wanted - there.keys()
        ),
        batch_size=500,
        ignore_conflicts=True,
    )
    changed = sorted(pk for pk in wanted if there.get(pk) != attendance)
    Participation.objects.filter(event=event, contact__in=changed).update(attendance=attendance)
    for pk in changed:
        changes = {"contact": (None, pk), "attendance": (there.get(pk), attendance)}
        audit.record(actor=by, action="attendance", subject=event, changes=changes)
    tell_followers("crm.contact", changed)
    return len(changed)


@transaction.atomic
def remove_participants(*, event: Event, contacts: Iterable[Contact], by: User) -> int:
    """Take people off an event; returns how many were on it."""
    rows = Participation.objects.filter(event=event, contact__in=[it.pk for it in contacts])
    gone = list(rows.values_list("contact_id", flat=True))
    rows.delete()
    for pk in gone:
        changes = {"contact": (pk, None)}
        audit.record(actor=by, action="attendance.remove", subject=event, changes=changes)
    tell_followers("crm.contact", gone)
    return len(gone)
