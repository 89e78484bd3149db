"""Telling people that a lead of theirs has risen to a better grade."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_noop

from core import permissions
from core.models import Notification, User
from core.notifying import notify
from crm.choices import Grade
from crm.models import Lead, LeadScore

KIND = "lead_grade"
WORTH_TELLING = (Grade.A, Grade.B)
MOST_SINGLE = 3  # at once for one person; more come as one sentence
ROSE = gettext_noop("%(lead)s has risen from grade %(before)s to %(after)s.")
SOME_ROSE = gettext_noop("%(count)s of your leads have risen to a better grade.")


@dataclass(frozen=True)
class Rise:
    """A lead that has a better grade now, by the same version that said the worse one."""

    lead: int
    before: str
    after: str


def rises_among(new: Mapping[int, tuple[int, str]]) -> list[Rise]:
    """Of new versions and grades by lead those that are better than the stored ones, as far as they
    are worth a word. Another version judges otherwise: nothing has happened to the lead then.
    What a person set does not change by a model's word.
    """
    wanted = [pk for pk, (_version, grade) in new.items() if grade in WORTH_TELLING]
    stored = LeadScore.objects.filter(pk__in=wanted, hand_score=None, score__isnull=False)
    return [
        Rise(pk, before, new[pk][1])
        for pk, version, before in stored.order_by("pk").values_list("pk", "version_id", "grade")
        if new[pk][0] == version and new[pk][1] < before
    ]


def tell_rises(rises: Iterable[Rise]) -> None:
    """One sentence for each lead to its owner; one for all of them where they are many."""
    by_lead = {rise.lead: rise for rise in rises}
    rows: Any = Lead.objects.filter(pk__in=by_lead, owner__is_active=True)
    by_owner: dict[User, list[Lead]] = {}
    for lead in rows.select_related("owner", "contact", "company").order_by("pk"):
        by_owner.setdefault(lead.owner, []).append(lead)
    for owner, leads in by_owner.items():
        access = permissions.access_of(owner)
        if not access.sees("crm.lead.score"):
            continue
        if len(leads) > MOST_SINGLE:
            _tell_many(owner, len(leads))
            continue
        for lead in leads:
            rise = by_lead[lead.pk]
            words = {"lead": lead.name_for(access), "before": rise.before, "after": rise.after}
            url = lead.get_absolute_url()
            notify(user=owner, kind=KIND, message=ROSE, message_args=words, url=url)


def _tell_many(owner: User, count: int) -> None:
    """A sentence that waits to be read counts further, so that a night leaves one."""
    waiting = Notification.objects.filter(user=owner, kind=KIND, message=SOME_ROSE, read_at=None)
    told = waiting.select_for_update().first()
    if told is not None:
        told.message_args = {"count": told.message_args["count"] + count}
        told.save(update_fields=["message_args"])
        return
    url = f"{reverse('lead_list')}?sort=-score"
    notify(user=owner, kind=KIND, message=SOME_ROSE, message_args={"count": count}, url=url)
