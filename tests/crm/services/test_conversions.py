"""Leads that become deals, and back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from core.choices import Reach
from core.errors import Refused
from core.models import AuditEvent, ChangeSet, User
from core.services.edits import set_tags
from crm.choices import ActivityKind, LeadStatus
from crm.models import Activity, Company, Contact, Deal, Lead, LeadConversion, StageChange
from crm.services.conversions import convert_lead
from crm.services.deals import move_deal
from crm.services.unconverting import unconvert_lead
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    LeadFactory,
    RoleFactory,
    StageFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
FULL = ("crm.lead.view", "crm.lead.edit", "crm.deal.create", "crm.deal.view")


@pytest.fixture
def lead(sales: User) -> Lead:
    StageFactory()
    made: Lead = LeadFactory(owner=sales, source="Fair", budget=900, description="Two stations")
    return made


def convert(lead: Lead, by: User, **given: Any) -> LeadConversion:
    wanted = {"company": lead.company, "contact": lead.contact, **given}
    deal = wanted.pop("deal", None) or Deal(name="Pilot", owner=by, amount=Decimal(900))
    return convert_lead(lead=lead, deal=deal, by=by, at=NOW, **wanted)


def user_with(*grants: str, **given: Any) -> User:
    made: User = UserFactory(roles=[RoleFactory(grants=dict.fromkeys(grants, Reach.ALL), **given)])
    return made


def test_lead_becomes_a_deal_with_all_that_belongs_to_it(lead: Lead, sales: User) -> None:
    set_tags(record=lead, names=["Hot"], by=sales)
    call = ActivityFactory(lead=lead, owner=sales, kind=ActivityKind.CALL)
    elsewhere = ActivityFactory(lead=lead, owner=sales, deal=convertless_deal(sales))
    done = convert(lead, sales)
    deal = Deal.objects.get(pk=done.deal_id)
    assert (deal.lead, deal.company, deal.contact) == (lead, lead.company, lead.contact)
    assert (deal.source, deal.description) == ("Fair", "Two stations")
    assert (deal.owner, deal.team, deal.amount) == (sales, sales.team, 900)
    assert [tag.name for tag in deal.tags.all()] == ["Hot"]
    assert StageChange.objects.filter(deal=deal).count() == 1
    lead.refresh_from_db()
    assert (lead.status, lead.closed_at) == (LeadStatus.CONVERTED, NOW)
    call.refresh_from_db()
    assert (call.deal, call.lead) == (deal, lead)
    assert (call.company, call.contact) == (lead.company, lead.contact)
    elsewhere.refresh_from_db()
    assert elsewhere.deal_id != deal.pk
    assert AuditEvent.objects.filter(action="convert", object_id=lead.pk).count() == 1


def convertless_deal(owner: User) -> Deal:
    return Deal.objects.create(name="Old", owner=owner, stage=StageFactory(), currency="EUR")


def test_new_company_and_contact_are_made_and_linked(sales: User) -> None:
    StageFactory()
    lead = LeadFactory(owner=sales, company=None, contact=None)
    done = convert(
        lead, sales, company="Kestrel", contact={"name": "Maya", "email": "m@kestrel.example"}
    )
    company, contact = Company.objects.get(), Contact.objects.get()
    assert (company.name, company.owner, company.name_key) == ("Kestrel", sales, "kestrel")
    assert (contact.email, contact.company, contact.owner) == ("m@kestrel.example", company, sales)
    assert (done.made_company, done.made_contact) == (True, True)
    lead.refresh_from_db()
    assert (lead.company, lead.contact) == (company, contact)


def test_contact_without_a_company_works_there_from_now_on(lead: Lead, sales: User) -> None:
    assert lead.contact is not None
    assert lead.contact.company is None
    done = convert(lead, sales)
    contact = Contact.objects.get(pk=lead.contact_id)
    assert contact.company == lead.company
    unconvert_lead(conversion=done, by=sales, at=NOW + timedelta(hours=1))
    contact.refresh_from_db()
    assert contact.company is None


def test_second_conversion_names_who_was_quicker(lead: Lead, sales: User, manager: User) -> None:
    convert(lead, sales)
    with pytest.raises(Refused, match=f"{sales.display_name} has converted this lead already"):
        convert(Lead.objects.get(pk=lead.pk), manager)
    assert Deal.objects.count() == 1


def test_closed_lead_is_opened_first(lead: Lead, sales: User) -> None:
    Lead.objects.filter(pk=lead.pk).update(status=LeadStatus.LOST)
    with pytest.raises(Refused, match="This lead is closed"):
        convert(lead, sales)


def test_nothing_is_left_of_a_conversion_that_is_refused(lead: Lead, sales: User) -> None:
    stranger = UserFactory()
    with pytest.raises(Refused, match="may not give records to this colleague"):
        convert(lead, sales, deal=Deal(name="Pilot", owner=stranger), company="Kestrel")
    assert not Deal.objects.exists()
    assert not Company.objects.filter(name="Kestrel").exists()
    assert not ChangeSet.objects.exists()
    lead.refresh_from_db()
    assert lead.status == LeadStatus.NEW


def test_who_may_not(lead: Lead) -> None:
    with pytest.raises(PermissionDenied):
        convert(lead, user_with("crm.lead.view", "crm.lead.edit"))
    with pytest.raises(Refused, match="may not change the status"):
        convert(lead, user_with(*FULL, locks=["crm.lead.status"]))
    with pytest.raises(Refused, match="gone, or your role does not reach it"):
        convert(lead, user_with("crm.lead.view", "crm.deal.create"))
    with pytest.raises(PermissionDenied):
        convert(lead, user_with(*FULL), company="Kestrel")
    with pytest.raises(PermissionDenied):
        convert(lead, user_with(*FULL), contact={"name": "Maya"})
    with pytest.raises(Refused, match="Choose one of the suggestions"):
        convert(lead, user_with(*FULL), company=CompanyFactory())
    locked = user_with(*FULL, "crm.company.view", locks=["crm.lead.company"])
    with pytest.raises(Refused, match="may not link this lead"):
        convert(lead, locked, company=CompanyFactory())
    assert not Deal.objects.exists()


def test_what_the_lead_has_stays_whoever_may_see_it(lead: Lead) -> None:
    done = convert(lead, user_with(*FULL))
    assert (done.company, done.contact) == (lead.company, lead.contact)


def test_undo_puts_everything_back(sales: User) -> None:
    StageFactory()
    lead = LeadFactory(owner=sales, company=None, contact=None, status=LeadStatus.QUALIFIED)
    call = ActivityFactory(lead=lead, owner=sales)
    done = convert(lead, sales, company="Kestrel", contact={"name": "Maya"})
    unconvert_lead(conversion=done, by=sales, at=NOW + timedelta(hours=1))
    lead.refresh_from_db()
    assert (lead.status, lead.closed_at) == (LeadStatus.QUALIFIED, None)
    assert (lead.company, lead.contact) == (None, None)
    call.refresh_from_db()
    assert (call.deal, call.company, call.contact) == (None, None, None)
    for model in (Deal, Company, Contact):
        assert model.objects.get().deleted_at is not None
    again = convert(lead, sales)
    assert again.deal_id != done.deal_id


def test_undo_keeps_what_others_use_by_now(sales: User) -> None:
    StageFactory()
    lead = LeadFactory(owner=sales, company=None, contact=None)
    done = convert(lead, sales, company="Kestrel", contact={"name": "Maya"})
    ContactFactory(company=done.company, owner=sales)
    unconvert_lead(conversion=done, by=sales, at=NOW + timedelta(hours=1))
    assert Company.objects.get().deleted_at is None
    assert Contact.objects.get(name="Maya").deleted_at is not None


def test_undo_never_throws_work_away(lead: Lead, sales: User) -> None:
    done = convert(lead, sales)
    move_deal(
        deal=done.deal,
        stage=StageFactory(pipeline=done.deal.pipeline),
        by=sales,
        at=NOW + timedelta(minutes=5),
    )
    with pytest.raises(Refused, match="worked on the deal since"):
        unconvert_lead(conversion=done, by=sales, at=NOW + timedelta(hours=1))
    lead.refresh_from_db()
    assert lead.status == LeadStatus.CONVERTED
    assert LeadConversion.objects.standing().exists()


def test_undo_minds_a_note_about_the_deal(lead: Lead, sales: User) -> None:
    done = convert(lead, sales)
    ActivityFactory(deal=done.deal, owner=sales)
    with pytest.raises(Refused, match="worked on the deal since"):
        unconvert_lead(conversion=done, by=sales, at=NOW + timedelta(hours=1))


def test_undo_is_for_whoever_did_it(lead: Lead, sales: User, manager: User) -> None:
    done = convert(lead, sales)
    with pytest.raises(Refused, match="can no longer be undone"):
        unconvert_lead(conversion=done, by=manager, at=NOW)
    unconvert_lead(conversion=done, by=sales, at=NOW)
    stale = LeadConversion.objects.get()
    stale.undone_at = None
    with pytest.raises(Refused, match="already undone"):
        unconvert_lead(conversion=stale, by=sales, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_deal(lead: Lead, sales: User) -> None:
    """On SQLite writers take turns; on PostgreSQL the second waits for the lock of the first."""
    start, answers = Barrier(2), []

    def run() -> None:
        start.wait()
        try:
            convert(Lead.objects.get(pk=lead.pk), User.objects.get(pk=sales.pk))
            answers.append("made")
        except Refused as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    threads = [Thread(target=run) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(answers) == "made"
    assert "has converted this lead already" in min(answers)
    assert Deal.objects.count() == 1


def test_activities_in_the_bin_stay_there(lead: Lead, sales: User) -> None:
    gone = ActivityFactory(lead=lead, owner=sales, deleted_at=NOW)
    convert(lead, sales)
    assert Activity.objects.get(pk=gone.pk).deal_id is None
