"""What people answer to suggested actions: accepted, later, not useful; each exactly once.

Accepting makes an activity that lies ahead, undoing takes it away again. Every answer changes at once what
is suggested for the contact.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from analytics.choices import Answer
from analytics.models import SuggestionAnswer
from analytics.queries.lifecycle import policy
from analytics.services.life_worth import (
    Barred,
    Usefulness,
    barred_for,
    companies_of,
    place_companies,
    suggested,
    weigh_contacts,
)
from core import audit, permissions
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import User
from core.services.records import delete_records
from crm.choices import ActivityKind, LifeAction
from crm.models import Activity, Contact, ContactLife
from crm.services.activities import plan_activity

PERMISSION = "crm.activity.create"
MOST_SNOOZED = 366  # days
MOST_KEY = 64
DUE = timedelta(days=2)
KINDS = {
    LifeAction.EMAIL: ActivityKind.TASK,
    LifeAction.CALL: ActivityKind.CALL,
    LifeAction.MEETING: ActivityKind.MEETING,
    LifeAction.OFFER: ActivityKind.TASK,
}


@dataclass(frozen=True)
class Asked:
    """What somebody answers, and by which key it is known that it is one answer."""

    contact: Contact
    action: str
    by: User
    at: datetime
    key: str


def accept(asked: Asked) -> SuggestionAnswer:
    """Plan the action; told twice it is one activity."""
    with transaction.atomic():
        return _answered(asked, Answer.ACCEPTED) or _accept(asked)


def _accept(asked: Asked) -> SuggestionAnswer:
    life = _suggestible(asked)
    kind = KINDS[LifeAction(asked.action)]
    activity = Activity(
        kind=kind,
        subject=str(LifeAction(asked.action).label)[:300],
        contact=asked.contact,
        at=asked.at + DUE,
        owner=asked.by,
        team=asked.by.team,
    )
    plan_activity(activity=activity, by=asked.by, at=asked.at)
    return _store(asked, life, Answer.ACCEPTED, activity=activity)


def snooze(asked: Asked, *, until: date) -> SuggestionAnswer:
    """Suggest nothing for the contact until the day."""
    with transaction.atomic():
        before = _answered(asked, Answer.SNOOZED)
        if before is not None:
            return before
        today = asked.at.date()
        if not today < until <= today + timedelta(days=MOST_SNOOZED):
            raise Refused(_("Choose a day from tomorrow on, within a year."))
        return _store(asked, _suggestible(asked), Answer.SNOOZED, until=until)


def refuse(asked: Asked, *, reason: str) -> SuggestionAnswer:
    """Not useful: the action is not suggested for the contact again in this stage."""
    with transaction.atomic():
        before = _answered(asked, Answer.REFUSED)
        return before or _store(
            asked, _suggestible(asked), Answer.REFUSED, reason=" ".join(reason.split())[:300]
        )


@transaction.atomic
def undo_answer(*, answer: SuggestionAnswer, by: User, at: datetime) -> bool:
    """Take an answer back, with what it made; whether it stood."""
    stored = SuggestionAnswer.objects.select_for_update(of=("self",)).get(pk=answer.pk)
    if stored.by_id != by.pk:
        permissions.require_administrator(by)
    if stored.undone_at is not None:
        return False
    stored.undone_at = at
    stored.save(update_fields=["undone_at"])
    if stored.activity_id and stored.activity is not None and not stored.activity.is_done:
        delete_records(rows=Activity.objects.filter(pk=stored.activity_id), by=by, at=at)
    audit.record(actor=by, action="suggestion.undo", subject=stored)
    _weigh(stored.contact_id, at)
    return True


def _answered(asked: Asked, answer: str) -> SuggestionAnswer | None:
    """The answer of this key, if it was given already; one lock for all answers about a contact."""
    permissions.require(asked.by, PERMISSION)
    if not permissions.reaches(Contact, asked.by, asked.contact):
        raise Refused(_("You do not see this record."))
    lock_for_transaction(f"analytics.suggestion:{asked.contact.pk}")
    found = SuggestionAnswer.objects.filter(key=asked.key).first()
    if found is None:
        return None
    is_same = (found.contact_id, found.action, found.answer, found.by_id) == (
        asked.contact.pk,
        asked.action,
        answer,
        asked.by.pk,
    )
    if not is_same:
        raise Refused(_("This key belongs to another answer."))
    return found


def _suggestible(asked: Asked) -> ContactLife:
    """Where the contact stands; refuses what is not suggested to it."""
    found, life = policy(), ContactLife.objects.filter(pk=asked.contact.pk).first()
    if found is not None and life is not None:
        barred = barred_for([life.pk], asked.at).get(life.pk, Barred())
        useful = Usefulness.read(asked.at)
        offered = suggested(life.stage_id, found, barred, useful)
        if asked.action in {each.action for each in offered}:
            return life
    raise Refused(_("This is not suggested any more. Reload the page."))


def _store(asked: Asked, life: ContactLife, answer: str, **more: Any) -> SuggestionAnswer:
    stored = SuggestionAnswer.objects.create(
        contact=asked.contact,
        stage_id=life.stage_id,
        action=asked.action,
        answer=answer,
        by=asked.by,
        at=asked.at,
        key=asked.key,
        **more,
    )
    audit.record(actor=asked.by, action=f"suggestion.{answer}", subject=stored)
    _weigh(asked.contact.pk, asked.at)
    return stored


def _weigh(contact: int, at: datetime) -> None:
    """What is suggested now, for the contact and its company."""
    found = policy()
    if found is not None:
        weigh_contacts([contact], found, at)
        place_companies(companies_of([contact]), at)
