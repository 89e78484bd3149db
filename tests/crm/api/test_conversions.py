"""Leads that become deals, by program."""

from typing import Any

import pytest

from core.choices import Reach
from crm.choices import LeadStatus
from crm.models import Company, Contact, Deal, Lead
from tests.core.api.callers import Caller
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    LeadFactory,
    RoleFactory,
    StageFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

RECORDS = ("lead", "deal", "company", "contact")
GRANTS = {
    f"crm.{record}.{act}": Reach.ALL for record in RECORDS for act in ("view", "edit", "create")
}


@pytest.fixture
def lead() -> Lead:
    StageFactory()
    made: Lead = LeadFactory(
        contact__name="Maya Okafor", contact__email="maya@kestrel.example", company__name="Kestrel"
    )
    return made


def caller(grants: Any = GRANTS, **role: list[str]) -> Caller:
    return Caller(UserFactory(name="Ann", roles=[RoleFactory(grants=grants, **role)]))


def test_what_is_there_is_told(lead: Lead) -> None:
    other = ContactFactory(email="maya@kestrel.example", name="M. Okafor")
    firm = CompanyFactory(name="KESTREL")
    told = caller().get(f"leads/{lead.pk}/convert/").json()
    assert [(it["id"], it["name"]) for it in told["contacts"]] == [(other.pk, "M. Okafor")]
    assert told["contacts"][0]["probability"] > 0.5
    assert [it["id"] for it in told["companies"]] == [firm.pk]


def test_lead_is_converted_and_taken_back(lead: Lead) -> None:
    ann = caller()
    deal = {"name": "Pilot", "amount": "1500.50", "currency": "EUR", "close": "2026-12-31"}
    answer = ann.post(f"leads/{lead.pk}/convert/", {"deal": deal})
    assert answer.status_code == 201
    told = answer.json()
    made = Deal.objects.get(pk=told["deal"])
    assert (made.name, str(made.amount), made.currency) == ("Pilot", "1500.50", "EUR")
    assert str(made.close_on) == "2026-12-31"
    assert (told["company"], told["contact"]) == (lead.company_id, lead.contact_id)
    assert (told["made_company"], told["made_contact"]) == (False, False)
    assert ann.get(f"leads/{lead.pk}/").json()["status"] == "converted"
    assert ann.get(f"deals/{made.pk}/").json()["lead"]["id"] == lead.pk
    assert ann.post(f"leads/{lead.pk}/convert/", {"deal": deal}).status_code == 422
    assert ann.post(f"leads/{lead.pk}/convert/undo/").status_code == 200
    lead.refresh_from_db()
    assert lead.status == LeadStatus.NEW
    assert ann.get(f"deals/{made.pk}/").status_code == 404
    assert ann.post(f"leads/{lead.pk}/convert/undo/").status_code == 404


def test_records_there_or_new_or_none(lead: Lead) -> None:
    firm = CompanyFactory()
    body = {
        "deal": {"name": "Pilot"},
        "company": {"id": firm.pk},
        "contact": {"name": "Ada", "email": "ada@example.org"},
    }
    told = caller().post(f"leads/{lead.pk}/convert/", body).json()
    assert (told["company"], told["made_company"], told["made_contact"]) == (firm.pk, False, True)
    assert Contact.objects.get(pk=told["contact"]).company == firm
    other = LeadFactory()
    body = {"deal": {"name": "Pilot"}, "company": {"name": "New one"}, "contact": None}
    told = caller().post(f"leads/{other.pk}/convert/", body).json()
    assert (told["contact"], told["made_company"]) == (None, True)
    assert Company.objects.get(pk=told["company"]).name == "New one"


def test_same_key_converts_once(lead: Lead) -> None:
    ann, body = caller(), {"deal": {"name": "Pilot"}}
    first, again = (
        ann.post(f"leads/{lead.pk}/convert/", body, **{"Idempotency-Key": "once"})
        for _each in range(2)
    )
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert Deal.objects.count() == 1


BAD: list[Any] = [
    {},
    {"deal": "Pilot"},
    {"deal": {}},
    {"deal": {"name": "Pilot", "more": 1}},
    {"deal": {"name": "Pilot"}, "more": 1},
    {"deal": {"name": "Pilot", "stage": 0}},
    {"deal": {"name": "Pilot", "owner": -1}},
    {"deal": {"name": "Pilot", "amount": "much"}},
    {"deal": {"name": "Pilot", "amount": "NaN"}},
    {"deal": {"name": "Pilot", "amount": 1e18}},
    {"deal": {"name": "Pilot", "amount": True}},
    {"deal": {"name": "Pilot", "currency": "???"}},
    {"deal": {"name": "Pilot", "close": "2026-13-01"}},
    {"deal": {"name": "x" * 201}},
    {"deal": {"name": "Pilot"}, "company": 1},
    {"deal": {"name": "Pilot"}, "company": {"id": 0}},
    {"deal": {"name": "Pilot"}, "company": {"id": "1"}},
    {"deal": {"name": "Pilot"}, "company": {"name": ""}},
    {"deal": {"name": "Pilot"}, "contact": {}},
    {"deal": {"name": "Pilot"}, "contact": {"name": "x", "owner": 1}},
    {"deal": {"name": "Pilot"}, "contact": {"email": "maya"}},
    {"deal": {"name": "Pilot"}, "contact": {"name": "a\0b"}},
]


@pytest.mark.parametrize("body", BAD, ids=str)
def test_bad_bodies_are_refused_whole(lead: Lead, body: Any) -> None:
    companies = Company.objects.count()
    assert caller().post(f"leads/{lead.pk}/convert/", body).status_code in (400, 422)
    assert not Deal.objects.exists()
    assert Company.objects.count() == companies


def test_who_may_not(lead: Lead) -> None:
    body = {"deal": {"name": "Pilot"}}
    view = {"crm.lead.view": Reach.ALL, "crm.lead.edit": Reach.ALL}
    for ann in (caller(view), caller(locks=["crm.lead.status"])):
        assert ann.get(f"leads/{lead.pk}/convert/").status_code == 403
        assert ann.post(f"leads/{lead.pk}/convert/", body).status_code == 403
        assert ann.post(f"leads/{lead.pk}/convert/undo/").status_code == 403
    own = caller(GRANTS | {"crm.lead.edit": Reach.OWN})
    assert own.post(f"leads/{lead.pk}/convert/", body).status_code == 404
    locked = caller(locks=["crm.deal.amount"])
    body = {"deal": {"name": "Pilot", "amount": 5}}
    assert locked.post(f"leads/{lead.pk}/convert/", body).status_code == 422
    unmade = caller({key: reach for key, reach in GRANTS.items() if key != "crm.company.create"})
    body = {"deal": {"name": "Pilot"}, "company": {"name": "New one"}}
    assert unmade.post(f"leads/{lead.pk}/convert/", body).status_code == 403
    assert not Deal.objects.exists()
