"""Runs over contacts, for `drive`: segments by rule and by model, the value ahead, the lifecycle.

Few contacts whose numbers lie far apart: their runs have as many parts as those of a large company.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.utils.dateparse import parse_datetime

from analytics.models import Cohort, LifecycleTally
from analytics.queries.lifecycle import policy
from core.conditions import Condition, Criterion, Happened, Not, all_of, any_of
from core.jobs.questions import ask
from core.models import JobRun, ModelVersion, User
from crm.models import (
    Contact,
    ContactLife,
    ContactLifetime,
    ContactSegment,
    CustomerSegment,
    Deal,
    Lead,
    LifeStay,
    Stage,
)
from marketing.models import Segment, SegmentMember, SegmentSize
from marketing.services.segments import save_segment
from tests.analytics.kinds_of_customers import make_customers

STEP = 80
# What comes with a run of each kind, and goes before the next one.
LEFT: dict[str, tuple[Any, ...]] = {
    "marketing.segments": (SegmentMember, SegmentSize),
    "analytics.customer_segments": (ContactSegment, CustomerSegment),
    "analytics.lifetime_value": (ContactLifetime, Cohort),
    "analytics.lifecycle": (ContactLife, LifeStay),
}


def now() -> datetime:
    found = parse_datetime("2026-03-01T08:00:00+00:00")
    assert found is not None
    return found


def make(number: int) -> int:
    """Contacts of several kinds, with leads and deals, and two dozen segments by rule."""
    contacts = sorted(make_customers(number, until=now(), step=STEP))
    chance = np.random.default_rng(3)
    _make_leads(contacts, chance)
    _make_deals(contacts[::3], chance)
    owner = User.objects.get(email="admin@sample.renmai")
    for name, condition in conditions().items():
        save_segment(segment=Segment(name=name, condition=condition.as_json()), by=owner, at=now())
    return len(contacts)


def _make_leads(contacts: list[int], chance: np.random.Generator) -> None:
    leads = [
        Lead(
            contact_id=pk,
            status=("new", "working", "qualified")[place % 3],
            captured_at=now() - timedelta(days=float(chance.uniform(30, 800))),
        )
        for place, pk in enumerate(contacts)
    ]
    Lead.objects.bulk_create(leads)


def _make_deals(contacts: list[int], chance: np.random.Generator) -> None:
    stage = Stage.objects.filter(kind="won").order_by("pk").first()
    assert stage is not None
    deals = []
    for place, pk in enumerate(contacts):
        opened = now() - timedelta(days=float(chance.uniform(60, 700)))
        deal = Deal(name=f"Deal {place}", contact_id=pk, pipeline=stage.pipeline, stage=stage)
        deal.status, deal.created_at = "won", opened
        deal.closed_at = opened + timedelta(days=float(chance.uniform(5, 50)))
        deal.amount = deal.base_amount = Decimal(int(chance.integers(500, 5_000)))
        deals.append(deal)
    Deal.objects.bulk_create(deals)


def conditions() -> dict[str, Condition]:
    found: dict[str, Condition] = {
        "regulars": Criterion("name", "contains", "regular"),
        "others": Not(Criterion("name", "contains", "regular")),
        "quiet": all_of(
            Happened("interaction", at_least=1), Happened("interaction", at_most=0, days=90)
        ),
    }
    for days in range(20, 230, 10):
        found[f"active within {days} days"] = any_of(
            Happened("interaction", at_least=3, days=days),
            Happened("interaction", kinds=("purchase",), at_least=2, days=2 * days),
        )
    return found


def start(kind: str, trains: int) -> int:
    """Ask for a run; forgets what an earlier one, or a worker by itself, has left."""
    JobRun.objects.all().delete()
    for model in LEFT[kind]:
        if trains or model is not CustomerSegment:
            model.objects.all().delete()
    if trains:
        ModelVersion.objects.filter(kind=kind).delete()
    Segment.objects.update(size=0, checked_at=None)
    scope = {} if trains else {"trains": False}
    return ask(kind=kind, as_of=now(), seed=7, **({"scope": scope} if scope else {})).pk


def facts(kind: str) -> dict[str, Any]:
    """Everything that a run leaves for people to see."""
    run = JobRun.objects.get(kind=kind)
    said = {
        "marketing.segments": _members,
        "analytics.customer_segments": _assigned,
        "analytics.lifetime_value": _values,
        "analytics.lifecycle": _lives,
    }[kind]
    result = _without_numbers(run.result) if kind == "analytics.customer_segments" else run.result
    return {
        "run": [run.state, run.rows_read, run.rows_written, result],
        "versions": ModelVersion.objects.filter(kind=kind).count(),
        "parts": run.partitions_total,
        **said(),
    }


def _members() -> dict[str, Any]:
    return {
        "rows": list(
            SegmentMember.objects.order_by("segment", "contact").values_list("segment", "contact")
        ),
        "sizes": list(Segment.objects.order_by("pk").values_list("pk", "size", "checked_at")),
        "days": list(
            SegmentSize.objects.order_by("segment").values_list("day", "size", "joined", "left")
        ),
    }


def _ranks() -> dict[int, int]:
    """Segments are made anew by each training: told apart by their order."""
    numbers = CustomerSegment.objects.order_by("pk").values_list("pk", flat=True)
    return {pk: rank for rank, pk in enumerate(numbers)}


def _without_numbers(result: dict[str, Any]) -> dict[str, Any]:
    """Counts whose names hold numbers of segments by the order of these."""
    ranks = {str(pk): str(rank) for pk, rank in _ranks().items()}
    return {
        "_".join(ranks.get(part, part) for part in name.split("_"))
        if name.startswith(("segment_", "worth_", "move_"))
        else name: value
        for name, value in result.items()
    }


def _assigned() -> dict[str, Any]:
    ranks = _ranks()
    columns = ["contact", "segment", "probability", "cell", "recency", "frequency"]
    rows = ContactSegment.objects.order_by("contact").values_list(*columns)
    return {"rows": [(contact, ranks.get(segment), *rest) for contact, segment, *rest in rows]}


def _values() -> dict[str, Any]:
    columns = "contact first_on last_on purchases total alive expected value value_low value_high"
    rows = ContactLifetime.objects.order_by("contact")
    return {
        "rows": list(rows.values_list(*columns.split(), "risk", "risk_by", "at_risk", "reasons")),
        "cohorts": list(Cohort.objects.order_by("kind", "month").values_list("month", "counts")),
    }


def _lives() -> dict[str, Any]:
    found = policy()
    assert found is not None
    assert not LifecycleTally.objects.exists()
    stays = LifeStay.objects.order_by("contact", "since", "pk")
    lives = ContactLife.objects.order_by("contact").values_list("contact", "stage", "since")
    return {
        "rows": list(stays.values_list("contact", "stage", "since", "until", "move", "cause")),
        "lives": list(lives),
        "policy": found.told,
        "contacts": Contact.objects.count(),
    }
