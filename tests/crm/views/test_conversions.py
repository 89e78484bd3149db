"""The dialog in which a lead becomes a deal."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.choices import Reach
from core.models import User
from crm.choices import LeadStatus, StageKind
from crm.models import Company, Contact, Deal, Lead, Stage
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    LeadFactory,
    RoleFactory,
    StageFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}
GRANTS = ("crm.lead.view", "crm.lead.edit", "crm.deal.view", "crm.deal.create")
MOST_QUERIES = 25


@pytest.fixture
def stage() -> Stage:
    made: Stage = StageFactory()
    StageFactory(pipeline=made.pipeline, kind=StageKind.WON, probability=100)
    return made


@pytest.fixture
def lead(sales: User, stage: Stage) -> Lead:
    made: Lead = LeadFactory(
        owner=sales,
        contact__name="Maya Okafor",
        contact__email="maya@kestrel.example",
        contact__phone="+31105550148",
        company__name="Kestrel Robotics",
        interest="Pilot",
        budget=1500,
        currency="EUR",
    )
    return made


def url(lead: Lead, act: str = "") -> str:
    return reverse(f"lead_convert{act}", args=[lead.pk])


def form(client: Client, lead: Lead) -> Any:
    return client.get(url(lead)).context["form"]


def sent(client: Client, lead: Lead, **given: str) -> dict[str, str]:
    """What the dialog sends when nothing but this was changed."""
    shown = form(client, lead)
    values = {bound.name: bound.value() for bound in shown}
    values["stage"] = shown["stage"].field.initial.pk
    return {name: "" if value is None else str(value) for name, value in values.items()} | given


def test_dialog_begins_with_what_the_lead_says(lead: Lead, sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    shown = form(client, lead)
    assert shown["name"].value() == "Kestrel Robotics: Pilot"
    assert shown["amount"].value() == "1500"
    assert (shown["currency"].value(), shown["owner"].value()) == ("EUR", sales.pk)
    assert (shown["company"].value(), shown["contact"].value()) == ("keep", "keep")
    dialog = client.get(url(lead), headers=HTMX).content.decode()
    assert "<dialog" in dialog
    assert "<html" not in dialog
    assert url(lead) in client.get(lead.get_absolute_url()).content.decode()


def test_lead_becomes_a_deal_and_can_be_taken_back(lead: Lead, sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    answer = client.post(url(lead), sent(client, lead), headers=HTMX)
    deal = Deal.objects.get()
    assert (answer.status_code, answer["HX-Redirect"]) == (204, deal.get_absolute_url())
    page = client.get(deal.get_absolute_url()).content.decode()
    assert "The lead is a deal now." in page
    assert url(lead, "_undo") in page
    assert (deal.name, deal.amount, deal.owner) == ("Kestrel Robotics: Pilot", 1500, sales)
    page = client.get(lead.get_absolute_url()).content.decode()
    assert url(lead) not in page
    client.post(url(lead, "_undo"))
    lead.refresh_from_db()
    assert lead.status == LeadStatus.NEW
    assert client.post(url(lead, "_undo")).status_code == 404


@pytest.mark.parametrize(
    "known",
    [
        {"email": "maya@kestrel.example", "name": "M."},
        {"phone": "+31105550148", "name": "M. Okafor", "email": ""},
        {"mobile": "+31105550148", "name": "Maya O.", "email": ""},
        {"name": "Okafor Maya", "email": "", "company": "Kestrel Robotics"},
    ],
    ids=["e-mail", "phone", "mobile", "name"],
)
def test_contact_that_is_here_already_is_found(
    lead: Lead, sales: User, log_in: LogIn, known: dict[str, str]
) -> None:
    known = dict(known)
    company = CompanyFactory(name=known.pop("company", "Elsewhere"), owner=sales, team=sales.team)
    other = ContactFactory(owner=sales, team=sales.team, company=company, **known)
    client = log_in(sales)
    assert [each.record for each in form(client, lead).people] == [other]
    client.post(url(lead), sent(client, lead, contact=str(other.pk)))
    lead.refresh_from_db()
    assert lead.contact == other
    assert Deal.objects.get().contact == other


def test_company_is_found_by_name_domain_and_employer(
    sales: User, stage: Stage, log_in: LogIn
) -> None:
    named = CompanyFactory(name="ＫESTREL", owner=sales)
    at_domain = CompanyFactory(name="KR Holding", domain="kestrel.example", owner=sales)
    employer = CompanyFactory(name="Okafor and Sons", owner=sales)
    person = ContactFactory(email="maya@kestrel.example", company=employer, owner=sales)
    lead = LeadFactory(owner=sales, contact=person, company__name="Kestrel")
    found = {each.record for each in form(log_in(sales), lead).firms}
    assert found == {named, at_domain, employer}


def test_foreign_records_are_neither_found_nor_taken(
    lead: Lead, sales: User, log_in: LogIn
) -> None:
    foreign = ContactFactory(email="maya@kestrel.example", owner=UserFactory())
    client = log_in(sales)
    assert form(client, lead).people == []
    answer = client.post(url(lead), sent(client, lead, contact=str(foreign.pk)))
    assert answer.status_code == 422
    assert not Deal.objects.exists()


def test_new_company_and_contact(sales: User, stage: Stage, log_in: LogIn) -> None:
    lead = LeadFactory(owner=sales, company=None, contact=None)
    client = log_in(sales)
    given = {"company": "new", "company_name": "Kestrel", "contact": "new", "contact_name": "Maya"}
    client.post(url(lead), sent(client, lead, **given))
    lead.refresh_from_db()
    assert (Company.objects.get().name, Contact.objects.get().name) == ("Kestrel", "Maya")
    assert (lead.company, lead.contact) == (Company.objects.get(), Contact.objects.get())


def test_another_one_by_name_and_none(lead: Lead, sales: User, log_in: LogIn) -> None:
    other = CompanyFactory(name="Fenwick", owner=sales, team=sales.team)
    client = log_in(sales)
    client.post(
        url(lead), sent(client, lead, company="other", company_other="Fenwick", contact="none")
    )
    deal = Deal.objects.get()
    assert (deal.company, deal.contact) == (other, None)


REFUSED = [
    ({"name": ""}, "This field is required"),
    ({"amount": "much"}, "Enter a number"),
    ({"stage": "0"}, "Select a valid choice"),
    ({"owner": "0"}, "Select a valid choice"),
    ({"company": "other"}, "Choose one of the suggestions."),
    ({"company": "new", "company_name": " "}, "Enter the name of the company."),
    ({"contact": "new"}, "Enter a name, an e-mail address or a phone."),
    ({"contact": "new", "contact_email": "maya"}, "Enter a valid email address"),
]


@pytest.mark.parametrize(("given", "said"), REFUSED)
def test_dialog_says_what_is_missing(
    lead: Lead, sales: User, log_in: LogIn, given: dict[str, str], said: str
) -> None:
    client = log_in(sales)
    answer = client.post(url(lead), sent(client, lead, **given))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Deal.objects.exists()


def test_second_of_two_is_told(lead: Lead, sales: User, manager: User, log_in: LogIn) -> None:
    late = log_in(manager)
    waiting = sent(late, lead)
    client = log_in(sales)
    client.post(url(lead), sent(client, lead))
    answer = late.post(url(lead), waiting)
    assert answer.status_code == 422
    assert f"{sales.display_name} has converted this lead already." in answer.content.decode()
    assert Deal.objects.count() == 1


def test_who_may_not(lead: Lead, log_in: LogIn) -> None:
    def having(*grants: str, reach: Reach = Reach.ALL, **given: Any) -> User:
        made: User = UserFactory(roles=[RoleFactory(grants=dict.fromkeys(grants, reach), **given)])
        return made

    refused = (
        (having("crm.lead.view"), 403),
        (having("crm.lead.view", "crm.lead.edit"), 403),
        (having(*GRANTS, locks=["crm.lead.status"]), 403),
        (having(*GRANTS, reach=Reach.OWN), 404),
    )
    for user, status in refused:
        client = log_in(user)
        assert client.get(url(lead)).status_code == status
        assert client.post(url(lead), {"name": "Pilot"}).status_code == status
        assert client.post(url(lead, "_undo")).status_code == status
    assert url(lead) not in log_in(refused[0][0]).get(lead.get_absolute_url()).content.decode()


def test_hidden_is_not_told_in_the_dialog(lead: Lead, log_in: LogIn) -> None:
    hides = ["crm.lead.budget", "crm.lead.interest", "crm.lead.company", "crm.lead.contact"]
    grants = dict.fromkeys((*GRANTS, "crm.contact.view", "crm.company.view"), Reach.ALL)
    ContactFactory(name="Maya Okafor")
    blind = UserFactory(roles=[RoleFactory(grants=grants, hides=hides)])
    page = log_in(blind).get(url(lead)).content.decode()
    for hidden in ("1500", "Pilot", "Kestrel", "Maya"):
        assert hidden not in page


def test_preview_beside_the_list_offers_it(lead: Lead, sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    preview = reverse("record_preview", args=["crm.lead", lead.pk])
    assert url(lead) in client.get(preview).content.decode()
    Lead.objects.filter(pk=lead.pk).update(status=LeadStatus.LOST)
    assert url(lead) not in client.get(preview).content.decode()


def test_queries_do_not_grow(lead: Lead, sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    client.get(url(lead), headers=HTMX)
    numbers = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(url(lead), headers=HTMX)
        numbers.append(len(queries))
        for _each in range(5):
            CompanyFactory(name="Kestrel Robotics", owner=sales)
            ContactFactory(name="Maya Okafor", owner=sales, company=lead.company)
            UserFactory(team=sales.team)
    assert numbers[0] <= MOST_QUERIES
    assert numbers[1] <= numbers[0] + 4  # the lines of what was found
