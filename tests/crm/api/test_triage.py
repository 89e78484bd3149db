"""New leads that are worked off by program."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.choices import Reach
from core.models import AuditEvent
from crm.choices import ActivityKind, LeadStatus
from crm.models import Activity, Lead
from tests.core.api.callers import Caller
from tests.factories import LeadFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db

GRANTS = {
    **dict.fromkeys(("crm.lead.view", "crm.lead.edit"), Reach.ALL),
    **dict.fromkeys(("crm.activity.view", "crm.activity.create"), Reach.ALL),
}


@pytest.fixture
def lead() -> Lead:
    made: Lead = LeadFactory()
    return made


def caller(grants: Any = GRANTS, **role: list[str]) -> Caller:
    return Caller(UserFactory(name="Ann", roles=[RoleFactory(grants=grants, **role)]))


def test_lead_is_qualified_with_a_next_step(lead: Lead) -> None:
    ann = caller()
    body = {"step": "Send the price list", "step_on": "2026-12-01"}
    answer = ann.post(f"leads/{lead.pk}/qualify/", body)
    assert (answer.status_code, answer.json()["status"]) == (200, "qualified")
    assert answer["ETag"]
    task = Activity.objects.get(lead=lead)
    assert (task.kind, task.subject) == (ActivityKind.TASK, "Send the price list")
    assert task.at is not None
    assert timezone.localtime(task.at).date().isoformat() == "2026-12-01"
    told = AuditEvent.objects.filter(action="lead.qualify", object_type="crm.lead")
    assert told.get().object_id == lead.pk


def test_next_step_may_be_left_out(lead: Lead) -> None:
    assert caller().post(f"leads/{lead.pk}/qualify/").status_code == 200
    lead.refresh_from_db()
    assert lead.status == LeadStatus.QUALIFIED
    assert not Activity.objects.exists()


def test_lead_is_no_fit_for_a_reason(lead: Lead) -> None:
    answer = caller().post(f"leads/{lead.pk}/disqualify/", {"reason": " Too small "})
    assert answer.json()["status"] == "unqualified"
    lead.refresh_from_db()
    assert (lead.lost_reason, lead.closed_at is None) == ("Too small", False)


def test_lead_is_put_off_until_a_day(lead: Lead) -> None:
    day = timezone.localdate() + timedelta(days=30)
    answer = caller().post(f"leads/{lead.pk}/recycle/", {"until": day.isoformat()})
    assert answer.status_code == 200
    lead.refresh_from_db()
    assert (lead.returns_on, lead.status, lead.awaits_since) == (day, LeadStatus.NEW, None)


def test_same_key_plans_one_step(lead: Lead) -> None:
    ann, body = caller(), {"step": "Call"}
    first, again = (
        ann.post(f"leads/{lead.pk}/qualify/", body, **{"Idempotency-Key": "once"})
        for _each in range(2)
    )
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert Activity.objects.count() == 1


BAD: list[tuple[str, Any]] = [
    ("qualify", {"step": 5}),
    ("qualify", {"step": "x" * 201}),
    ("qualify", {"step": "a\0b"}),
    ("qualify", {"step_on": "2026-12-01"}),
    ("qualify", {"step": "Call", "step_on": "2026-13-01"}),
    ("qualify", {"step": "Call", "step_on": 20261201}),
    ("qualify", {"status": "lost"}),
    ("disqualify", {}),
    ("disqualify", {"reason": " "}),
    ("disqualify", {"reason": ["Spam"]}),
    ("recycle", {}),
    ("recycle", {"until": "soon"}),
    ("recycle", {"until": "2001-01-01"}),
    ("recycle", {"until": "2101-01-01"}),
]


@pytest.mark.parametrize(("act", "body"), BAD)
def test_what_makes_no_sense_is_refused_with_a_sentence(lead: Lead, act: str, body: Any) -> None:
    answer = caller().post(f"leads/{lead.pk}/{act}/", body)
    assert answer.status_code == 422
    assert answer.json()["detail"]
    lead.refresh_from_db()
    assert (lead.status, lead.returns_on) == (LeadStatus.NEW, None)
    assert not Activity.objects.exists()


@pytest.mark.parametrize("act", ["qualify", "disqualify", "recycle"])
def test_who_may_not_is_told_so(lead: Lead, act: str) -> None:
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    body = {"qualify": {}, "disqualify": {"reason": "Spam"}, "recycle": {"until": day}}[act]
    path = f"leads/{lead.pk}/{act}/"
    assert caller(locks=["crm.lead.status"]).post(path, body).status_code == 403
    assert caller({"crm.lead.view": Reach.ALL}).post(path, body).status_code == 403
    own = dict.fromkeys(GRANTS, Reach.OWN)
    assert caller(own).post(path, body).status_code == 404
    without_tasks = {name: reach for name, reach in GRANTS.items() if "activity" not in name}
    answer = caller(without_tasks).post(f"leads/{lead.pk}/qualify/", {"step": "Call"})
    assert answer.status_code == 403
    lead.refresh_from_db()
    assert lead.status == LeadStatus.NEW


@pytest.mark.parametrize("act", ["qualify", "disqualify", "recycle"])
def test_lead_that_is_a_deal_stays_one(act: str) -> None:
    settled = LeadFactory(status=LeadStatus.CONVERTED, closed_at=timezone.now())
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    body = {"qualify": {}, "disqualify": {"reason": "Spam"}, "recycle": {"until": day}}[act]
    answer = caller().post(f"leads/{settled.pk}/{act}/", body)
    assert (answer.status_code, "Undo the conversion" in answer.json()["detail"]) == (422, True)
    settled.refresh_from_db()
    assert settled.status == LeadStatus.CONVERTED
