"""How soon the leads of the sample company were answered, and what became of the others."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crm.choices import LeadStatus, ResponseClock
from crm.methods.working_time import WorkingWeek
from crm.models import ResponseTarget
from crm.services.responses import TOUCHES, answer_lead, is_incoming
from crm.services.sample.cast import Enquiry
from crm.services.sample.chance import stream

FORGOTTEN_DAYS = 4
PUT_OFF = 0.9  # of those that nobody answered for so long


def date_answers(activities: Sequence[Any], enquiries: Sequence[Enquiry], today: date) -> None:
    """The first call, meeting or e-mail answers a lead; of the others the young ones wait."""
    target = ResponseTarget()
    week = WorkingWeek(frozenset(target.days), target.opens_at, target.closes_at, ZoneInfo("UTC"))
    first: dict[int, datetime] = {}
    for activity in activities:
        done = activity.done_at
        if done is None or activity.lead is None or activity.kind not in TOUCHES:
            continue
        if not is_incoming(activity):
            key = id(activity.lead)
            first[key] = min(done, first.get(key, done))
    chance = stream("answers")
    for item in enquiries:
        lead = item.record
        if id(lead) in first:
            answer_lead(lead, first[id(lead)], week)
        elif lead.status == LeadStatus.NEW:
            age = (today - item.captured_at.date()).days
            if age > FORGOTTEN_DAYS and chance.random() < PUT_OFF:
                lead.returns_on = today + timedelta(days=chance.randrange(3, 60))
            else:
                lead.awaits_since, lead.clock = item.captured_at, ResponseClock.WAITING
