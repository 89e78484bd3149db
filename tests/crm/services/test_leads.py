"""Leads: capturing, changing, assigning, and the trail they leave."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core.assigning import assignable_users
from core.errors import Refused
from core.models import AuditEvent, User
from core.services.records import assign_records
from crm.choices import LeadStatus
from crm.models import Company, Contact, Lead
from crm.services.leads import save_lead, set_lead_status
from tests.factories import CompanyFactory, ContactFactory, LeadFactory, TeamFactory, UserFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

ADA = {"name": "Ada", "email": "ada@example.org", "phone": "", "job_title": "Engineer"}


def save(lead: Lead, by: User, person: dict[str, str] | None = None, company: str = "") -> Lead:
    return save_lead(lead=lead, person=person or {}, company=company, by=by, at=NOW)


def trail(record: Lead | Contact | Company) -> list[tuple[str, dict[str, list[object]]]]:
    events = AuditEvent.objects.filter(
        object_type=record._meta.label_lower, object_id=record.pk
    ).order_by("pk")
    return [(event.action, event.changes) for event in events]


def test_captured_lead_belongs_to_whoever_captures_it(sales: User) -> None:
    lead = save(Lead(source="Fair"), sales, ADA, "Engines Ltd")
    assert (lead.owner, lead.team) == (sales, sales.team)
    assert lead.contact is not None
    assert lead.company is not None
    assert (lead.contact.owner, lead.contact.company) == (sales, lead.company)
    assert (lead.company.owner, lead.company.name) == (sales, "Engines Ltd")
    assert trail(lead) == [("create", {})]
    assert trail(lead.contact) == [("create", {})]


def test_company_is_not_made_twice(sales: User) -> None:
    there = CompanyFactory(name="ENGINES ltd", owner=sales)
    assert save(Lead(), sales, ADA, "Engines  Ltd").company == there


def test_company_stays_while_its_name_is_the_same(sales: User) -> None:
    CompanyFactory(name="Engines Ltd")
    second = CompanyFactory(name="ENGINES LTD")
    lead = LeadFactory(owner=sales, company=second)
    save(lead, sales, company="engines ltd")
    assert lead.company == second
    save_lead(lead=lead, person={}, company=None, by=sales, at=NOW)
    assert lead.company == second
    save(lead, sales, company="")
    assert lead.company is None


def test_change_leaves_what_was_and_what_is(sales: User) -> None:
    lead = save(Lead(source="Fair"), sales, ADA)
    lead.source, lead.custom = "Web", {"budget": 5}
    save(lead, sales, {**ADA, "phone": "+44"})
    assert trail(lead)[-1] == ("edit", {"source": ["Fair", "Web"], "custom.budget": [None, 5]})
    assert lead.contact is not None
    assert trail(lead.contact)[-1] == ("edit", {"phone": ["", "+44"]})


def test_saving_without_a_change_leaves_no_trace(sales: User) -> None:
    lead = save(Lead(source="Fair"), sales, ADA)
    before = AuditEvent.objects.count()
    save(lead, sales, ADA)
    assert AuditEvent.objects.count() == before


def test_values_that_are_not_shown_stay(sales: User) -> None:
    lead = save(Lead(), sales, ADA)
    save(lead, sales, {"name": "Ada L."})
    assert lead.contact is not None
    lead.contact.refresh_from_db()
    assert (lead.contact.name, lead.contact.email) == ("Ada L.", "ada@example.org")


def test_closing_dates_the_outcome_and_opening_takes_it_back(sales: User) -> None:
    lead = LeadFactory(owner=sales)
    set_lead_status(lead=lead, status="converted", by=sales, at=NOW)
    later = NOW + timedelta(days=1)
    set_lead_status(lead=lead, status="lost", by=sales, at=later)
    lead.refresh_from_db()
    assert (lead.status, lead.closed_at, lead.touched_at) == ("lost", NOW, later)
    set_lead_status(lead=lead, status="working", by=sales, at=later)
    lead.refresh_from_db()
    assert (lead.status, lead.closed_at, lead.is_open) == ("working", None, True)
    assert trail(lead)[0][1]["status"] == ["new", "converted"]


@pytest.mark.parametrize("status", ["", "dreaming", "NEW"])
def test_status_that_does_not_exist_is_refused(status: str, sales: User) -> None:
    lead = LeadFactory(owner=sales)
    with pytest.raises(Refused, match="Choose one"):
        set_lead_status(lead=lead, status=status, by=sales, at=NOW)
    assert Lead.objects.get().status == LeadStatus.NEW


def test_same_status_again_is_no_change(sales: User) -> None:
    lead = LeadFactory(owner=sales)
    set_lead_status(lead=lead, status="new", by=sales, at=NOW)
    assert trail(lead) == []
    assert Lead.objects.get().touched_at is None


def test_leads_change_hands_with_their_team(manager: User, colleague: User) -> None:
    leads = [LeadFactory(owner=manager), LeadFactory(owner=colleague, team=colleague.team)]
    done = assign_records(rows=Lead.objects.all(), owner=colleague, by=manager, at=NOW)
    assert done.count == 1
    stored = Lead.objects.all()
    assert {(lead.owner, lead.team) for lead in stored} == {(colleague, colleague.team)}
    assert trail(leads[0]) == [("assign", {"owner": [manager.pk, colleague.pk]})]
    assert trail(leads[1]) == []


def test_assigning_needs_the_permission(marketing: User, sales: User) -> None:
    LeadFactory()
    with pytest.raises(PermissionDenied):
        assign_records(rows=Lead.objects.all(), owner=sales, by=marketing, at=NOW)


def test_leads_are_given_within_reach(
    administrator: User, manager: User, sales: User, outsider: User
) -> None:
    below = UserFactory(team=TeamFactory(parent=manager.team))
    gone = UserFactory(team=manager.team, is_active=False)

    def whom(by: User) -> set[User]:
        return set(assignable_users(by, "crm.lead"))

    assert whom(administrator) == {administrator, manager, sales, outsider, below}
    assert whom(manager) == {administrator, manager, sales, below}
    assert whom(sales) == {administrator, manager, sales, below}
    assert gone not in whom(administrator)


# -- a contact that is somebody else's -----------------------------------------------------------


@pytest.mark.parametrize("may_edit", [True, False])
def test_contact_is_changed_through_a_lead_only_by_those_who_may_change_it(
    may_edit: bool, sales: User, outsider: User
) -> None:
    """An import links a known e-mail address to its contact, whoever owns that."""
    owner = sales if may_edit else outsider
    contact = ContactFactory(owner=owner, team=owner.team, name="Before")
    lead = LeadFactory(owner=sales, contact=contact)
    lead.source = "Web"
    save(lead, sales, {"name": "After"})
    contact.refresh_from_db()
    assert contact.name == ("After" if may_edit else "Before")
    assert Lead.objects.get(pk=lead.pk).source == "Web"
