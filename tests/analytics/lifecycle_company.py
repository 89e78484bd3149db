"""A company whose contacts move by known chances, written as leads, the trail, activities and purchases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from analytics.models import LifecycleTerms
from core.models import AuditEvent
from core.time_ids import first_id
from core.upsert import update_rows
from crm.models import Activity, Contact, Interaction, Lead, LifeStage
from tests.analytics.methods.lifecycle.company import CLEAR, COSTS, MARGINS, STATES, truth

NOW = datetime(2026, 10, 15, 12, tzinfo=UTC)
# Each state is a status of the contact's lead, so that any state may follow on any other.
STATUSES = ("new", "working", "qualified", "converted", "lost")
# Customers stay long: with 0.95 a month their value hangs on how few of them leave.
DISCOUNT = 0.8
KINDS = ("", "email", "call", "meeting")
ROLES = ("early", "early", "customer", "back", "back")


def month_start(months_ago: int, at: datetime = NOW) -> datetime:
    number = at.year * 12 + at.month - 1 - months_ago
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def make_stages() -> list[LifeStage]:
    LifeStage.objects.all().delete()
    return LifeStage.objects.bulk_create(
        LifeStage(
            names={"en": state},
            role=role,
            position=place,
            condition={"happened": "lead", "kinds": [status]},
        )
        for place, (state, status, role) in enumerate(zip(STATES, STATUSES, ROLES, strict=True))
    )


def make_terms() -> None:
    """The costs of the simulated company; its fourth action is a meeting here."""
    email, call, meeting = COSTS[1:]
    LifecycleTerms.objects.update_or_create(
        pk=1,
        defaults={
            "discount": str(DISCOUNT),
            "email_cost": email,
            "call_cost": call,
            "meeting_cost": meeting,
        },
    )


def simulate(contacts: int, months: int, seed: int, effects: Any = CLEAR) -> None:
    """So many contacts for so many whole months before this one, each with an action at random."""
    random = np.random.default_rng(seed)
    chances, _rewards = truth(effects)
    begins = [month_start(back) for back in range(months, -1, -1)]
    born = begins[0] - timedelta(days=1)
    people = Contact.objects.bulk_create(
        Contact(name=f"C {number}", created_at=born) for number in range(contacts)
    )
    states = random.integers(0, len(STATES) - 1, contacts)
    leads = Lead.objects.bulk_create(
        Lead(contact=person, status=STATUSES[state], captured_at=born, created_at=born)
        for person, state in zip(people, states, strict=True)
    )
    events: list[AuditEvent] = []
    activities, bought = [], []
    for month, begin in enumerate(begins[:-1]):
        for number, person in enumerate(people):
            state, action = states[number], int(random.integers(0, len(KINDS)))
            at = begin + timedelta(days=3, seconds=number)
            if action:
                activities.append(
                    Activity(kind=KINDS[action], contact=person, at=at, done_at=at, subject="x")
                )
            if MARGINS[state]:
                bought.append(_purchase(person, at + timedelta(days=2), MARGINS[state], month))
            after = int(random.choice(len(STATES), p=chances[state, action]))
            if after != state:
                moved = begin + timedelta(days=20, seconds=number)
                events.append(_event(leads[number], STATUSES[state], STATUSES[after], moved))
                states[number] = after
    for lead, state in zip(leads, states, strict=True):
        lead.status = STATUSES[state]
    update_rows(leads, fields=["status"])
    Activity.objects.bulk_create(activities, batch_size=2_000)
    Interaction.objects.bulk_create(bought, batch_size=2_000)
    moments = [event.at for event in events]
    AuditEvent.objects.bulk_create(events, batch_size=2_000)  # it writes the present moment
    for event, at in zip(events, moments, strict=True):
        event.at = at
    update_rows(events, fields=["at"])


def _purchase(person: Contact, at: datetime, amount: float, month: int) -> Interaction:
    number = first_id(at) + person.pk % 1_000_000
    return Interaction(
        id=number, contact=person, kind="purchase", at=at, key=f"{person.pk}-{month}", amount=amount
    )


def _event(lead: Lead, old: str, new: str, at: datetime) -> AuditEvent:
    return AuditEvent(
        action="edit",
        object_type="crm.lead",
        object_id=lead.pk,
        changes={"status": [old, new]},
        at=at,
    )
