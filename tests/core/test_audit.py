"""The audit trail: what changed, from what to what."""

from datetime import date
from decimal import Decimal

import pytest

from core import audit
from core.models import AuditEvent, User
from tests.factories import CompanyFactory

pytestmark = pytest.mark.django_db


def test_differences_name_what_changed_and_nothing_else() -> None:
    company = CompanyFactory(city="Ulm", custom={"size": 3, "tier": "A"})
    before = audit.snapshot(company)
    company.city = "Köln"
    company.custom = {"size": 4, "since": "2026-01-01"}
    company.save()
    assert audit.differences(before, company) == {
        "city": ("Ulm", "Köln"),
        "custom.size": (3, 4),
        "custom.tier": ("A", None),
        "custom.since": (None, "2026-01-01"),
    }


def test_snapshot_does_not_change_with_the_record() -> None:
    company = CompanyFactory(custom={"a": 1})
    before = audit.snapshot(company)
    company.custom["a"] = 2
    assert audit.differences(before, company) == {"custom.a": (1, 2)}


def test_event_holds_values_as_plain_json(sales: User) -> None:
    company = CompanyFactory()
    audit.record(
        actor=sales,
        action="edit",
        subject=company,
        changes={"day": (None, date(2026, 1, 2)), "sum": (Decimal("1.50"), True)},
    )
    event = AuditEvent.objects.get()
    assert (event.object_type, event.object_id, event.actor) == ("crm.company", company.pk, sales)
    assert event.changes == {"day": [None, "2026-01-02"], "sum": ["1.50", True]}


def test_event_stays_when_the_actor_goes(sales: User) -> None:
    audit.record(actor=sales, action="log-in")
    sales.delete()
    assert AuditEvent.objects.get().actor is None
