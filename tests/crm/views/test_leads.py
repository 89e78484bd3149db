"""The lead pages: forms, permissions, hidden and locked fields."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from core import audit
from core.choices import Reach
from core.models import User
from core.services.search import index_records
from crm.models import Company, Contact, Lead
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    LeadFactory,
    LeadScoreFactory,
    RoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]

EVERYTHING = {
    f"crm.{kind}.{action}": Reach.ALL
    for kind in ("lead", "contact", "company")
    for action in ("view", "create", "edit", "assign")
}
FORM = {
    "name": "Ada",
    "email": "ada@example.org",
    "phone": "",
    "job_title": "",
    "company_name": "Engines Ltd",
    "status": "new",
    "source": "Fair",
    "country": "",
    "city": "Ulm",
}


def restricted(**rules: list[str]) -> User:
    return UserFactory(roles=[RoleFactory(grants=EVERYTHING, **rules)])


def page_of(client: Client, lead: Lead) -> str:
    return client.get(lead.get_absolute_url()).content.decode()


def test_lead_is_captured(sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    assert client.get(reverse("lead_create")).status_code == 200
    response = client.post(reverse("lead_create"), FORM)
    lead = Lead.objects.get()
    assert response["Location"] == lead.get_absolute_url()
    assert (str(lead), lead.owner, lead.source, lead.city) == ("Ada", sales, "Fair", "Ulm")
    page = page_of(client, lead)
    assert "ada@example.org" in page
    assert "Engines Ltd" in page


def test_company_is_chosen_by_name_among_those_that_are_seen(
    sales: User, outsider: User, log_in: LogIn
) -> None:
    theirs = CompanyFactory(name="Engines Ltd", owner=outsider)
    client = log_in(sales)
    client.post(reverse("lead_create"), FORM)
    other = {"name": "Bob", "email": "bob@example.org", "company_name": "ENGINES ltd"}
    client.post(reverse("lead_create"), {**FORM, **other})
    first, second = Lead.objects.order_by("pk")
    assert first.company == second.company != theirs
    assert first.company.owner == sales


def test_person_of_a_lead_is_made_only_with_the_right(log_in: LogIn) -> None:
    grants = {
        "crm.lead.view": Reach.OWN,
        "crm.lead.create": Reach.OWN,
        "crm.lead.edit": Reach.OWN,
        "crm.company.view": Reach.OWN,
        "crm.contact.view": Reach.OWN,
    }
    user = UserFactory(roles=[RoleFactory(grants=grants)])
    client = log_in(user)
    CompanyFactory(name="Engines Ltd", owner=user)
    assert 'name="email"' not in client.get(reverse("lead_create")).text
    client.post(reverse("lead_create"), FORM)
    lead = Lead.objects.get()
    assert lead.contact is None
    client.post(reverse("lead_edit", args=[lead.pk]), {**FORM, "city": "Bonn"})
    lead.refresh_from_db()
    assert (lead.city, lead.contact) == ("Bonn", None)
    assert not Contact.objects.exists()


@pytest.mark.parametrize("page", ["lead_create", "contact_create"])
def test_company_is_made_by_name_only_with_the_right(page: str, log_in: LogIn) -> None:
    grants = {
        f"crm.{kind}.{action}": Reach.OWN
        for kind in ("lead", "contact")
        for action in ("view", "create", "edit")
    }
    user = UserFactory(roles=[RoleFactory(grants=grants | {"crm.company.view": Reach.OWN})])
    client, own = log_in(user), CompanyFactory(name="Own Ltd", owner=user)
    refused = client.post(reverse(page), FORM)
    assert refused.status_code == 422
    assert "Choose one of the suggestions." in refused.text
    made = client.post(reverse(page), {**FORM, "company_name": "own ltd"})
    assert made.status_code == 302
    assert Company.objects.get() == own


def test_lead_of_nobody_is_refused_with_the_form(sales: User, log_in: LogIn) -> None:
    empty = {**FORM, "name": "", "email": "", "company_name": ""}
    response = log_in(sales).post(reverse("lead_create"), empty)
    assert response.status_code == 422
    assert "name" in response.context["form"].errors
    assert "Ulm" in response.content.decode()
    assert Lead.objects.count() == 0


def test_own_lead_is_changed_a_colleagues_is_not(
    sales: User, colleague: User, log_in: LogIn
) -> None:
    client, own, theirs = log_in(sales), LeadFactory(owner=sales), LeadFactory(owner=colleague)
    assert client.post(reverse("lead_edit", args=[own.pk]), FORM).status_code == 302
    assert client.get(theirs.get_absolute_url()).status_code == 200
    for name in ("lead_edit", "lead_set_status"):
        url = reverse(name, args=[theirs.pk])
        assert client.post(url, {**FORM, "status": "lost"}).status_code == 404
    own.refresh_from_db()
    theirs.refresh_from_db()
    assert (own.source, own.city, theirs.status, theirs.city) == ("Fair", "Ulm", "new", "")


def test_company_is_taken_away_by_emptying_its_field(sales: User, log_in: LogIn) -> None:
    lead = LeadFactory(owner=sales)
    log_in(sales).post(reverse("lead_edit", args=[lead.pk]), {**FORM, "company_name": ""})
    lead.refresh_from_db()
    assert lead.company is None
    assert Company.objects.count() == 1


def test_status_is_set_on_the_page(sales: User, log_in: LogIn) -> None:
    lead, client = LeadFactory(owner=sales), log_in(sales)
    url = reverse("lead_set_status", args=[lead.pk])
    assert client.get(url).status_code == 405
    response = client.post(url, {"status": "qualified"})
    assert response["Location"] == lead.get_absolute_url()
    lead.refresh_from_db()
    assert lead.status == "qualified"
    (message,) = get_messages(response.wsgi_request)
    assert "Qualified" in str(message)


# -- custom fields -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [("number", "12", 12), ("boolean", "True", True), ("date", "2026-01-02", "2026-01-02")],
)
def test_custom_field_is_filled_in(
    kind: str, text: str, value: Any, sales: User, log_in: LogIn
) -> None:
    field = CustomFieldFactory(type=kind)
    lead, client = LeadFactory(owner=sales), log_in(sales)
    url = reverse("lead_edit", args=[lead.pk])
    client.post(url, {**FORM, f"custom_{field.key}": text})
    lead.refresh_from_db()
    assert lead.custom == {field.key: value}
    form = client.get(url).context["form"]
    assert str(form[f"custom_{field.key}"].value()) == text
    client.post(url, {**FORM, f"custom_{field.key}": ""})
    lead.refresh_from_db()
    assert lead.custom == {}


def test_custom_value_that_does_not_fit_is_told_at_the_field(sales: User, log_in: LogIn) -> None:
    field = CustomFieldFactory(type="number")
    lead = LeadFactory(owner=sales, custom={field.key: 5})
    response = log_in(sales).post(
        reverse("lead_edit", args=[lead.pk]), {**FORM, f"custom_{field.key}": "many"}
    )
    assert response.status_code == 422
    assert "not a number" in str(response.context["form"].errors[f"custom_{field.key}"])
    lead.refresh_from_db()
    assert lead.custom == {field.key: 5}


# -- hidden and locked fields --------------------------------------------------------------------


def test_hidden_fields_are_not_on_the_page_nor_in_the_form(log_in: LogIn) -> None:
    field = CustomFieldFactory()
    user = restricted(
        hides=["crm.lead.source", "crm.contact.email", "crm.lead.company", field.name]
    )
    lead = LeadFactory(
        source="Quelle-X",
        contact__email="secret@example.org",
        company__name="Hidden Ltd",
        custom={field.key: "Geheim-Y"},
    )
    audit.record(
        actor=user,
        action="edit",
        subject=lead,
        changes={"source": ("Alt-Z", "Quelle-X"), f"custom.{field.key}": ("Alt-W", "Geheim-Y")},
    )
    client = log_in(user)
    edit = client.get(reverse("lead_edit", args=[lead.pk]))
    assert not {"source", "email", "company_name", f"custom_{field.key}"} & set(
        edit.context["form"].fields
    )
    pages = [page_of(client, lead), edit.content.decode()]
    pages.append(client.get(reverse("lead_list")).content.decode())
    for page in pages:
        for word in ("Quelle-X", "secret@", "Hidden Ltd", "Geheim-Y", "Alt-Z", "Alt-W"):
            assert word not in page


def test_hidden_fields_survive_a_change(log_in: LogIn) -> None:
    field = CustomFieldFactory()
    user = restricted(
        hides=["crm.lead.source", "crm.contact.phone", "crm.lead.company", field.name]
    )
    lead = LeadFactory(source="Web", contact__phone="+1", custom={field.key: "x"})
    company = lead.company
    log_in(user).post(
        reverse("lead_edit", args=[lead.pk]),
        {**FORM, "source": "Evil", "phone": "+9", f"custom_{field.key}": "Evil"},
    )
    lead.refresh_from_db()
    assert (lead.source, lead.custom, lead.city) == ("Web", {field.key: "x"}, "Ulm")
    assert lead.contact is not None
    assert (lead.contact.name, lead.contact.phone) == ("Ada", "+1")
    assert lead.company == company


def test_locked_fields_are_shown_but_not_changed(log_in: LogIn) -> None:
    field = CustomFieldFactory(type="number")
    user = restricted(locks=["crm.lead.source", "crm.lead.status", "crm.contact.name", field.name])
    lead = LeadFactory(source="Web", custom={field.key: 7})
    client = log_in(user)
    client.post(
        reverse("lead_edit", args=[lead.pk]),
        {**FORM, "source": "Evil", "status": "lost", f"custom_{field.key}": "8"},
    )
    client.post(reverse("lead_set_status", args=[lead.pk]), {"status": "lost"})
    name = str(lead.contact)
    lead.refresh_from_db()
    assert (lead.source, lead.status, lead.custom) == ("Web", "new", {field.key: 7})
    assert (str(lead.contact), lead.city) == (name, "Ulm")


# -- related records -----------------------------------------------------------------------------


def test_company_page_shows_visible_leads_and_contacts_only(
    sales: User, outsider: User, log_in: LogIn
) -> None:
    company = CompanyFactory(owner=sales, team=sales.team)
    LeadFactory(owner=sales, company=company, contact__name="Mine Own")
    LeadFactory(owner=outsider, company=company, contact__name="Not Mine")
    ContactFactory(owner=outsider, team=outsider.team, company=company, name="Nor This")
    url = reverse("record_related", args=["crm.company", company.pk])
    client = log_in(sales)
    assert url in client.get(company.get_absolute_url()).content.decode()
    page = client.get(url).content.decode()
    assert "Mine Own" in page
    assert "Not Mine" not in page
    assert "Nor This" not in page


def test_list_shows_only_what_is_visible(sales: User, outsider: User, log_in: LogIn) -> None:
    LeadScoreFactory(lead=LeadFactory(owner=sales, contact__name="Mine Own"))
    LeadScoreFactory(lead=LeadFactory(owner=outsider, contact__name="Not Mine"))
    index_records("crm.lead", Lead.objects.values_list("pk", flat=True))
    client = log_in(sales)
    for url in (reverse("lead_list"), reverse("home"), f"{reverse('lead_list')}?q=mine"):
        page = client.get(url).content.decode()
        assert "Mine Own" in page
        assert "Not Mine" not in page


# -- contacts and companies ----------------------------------------------------------------------


def test_contact_is_made_and_changed(sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    form = {"name": "Ada", "email": "", "phone": "", "job_title": "", "city": "", "country": ""}
    made = client.post(reverse("contact_create"), {**form, "company_name": "Engines"})
    assert made.status_code == 302
    edit = made["Location"] + "edit/"
    assert client.get(edit).context["form"]["company_name"].value() == "Engines"
    client.post(edit, {**form, "city": "Ulm", "company_name": ""})
    page = client.get(made["Location"])
    assert (page.context["contact"].city, page.context["contact"].company) == ("Ulm", None)
    assert client.post(edit, {**form, "name": ""}).status_code == 422


def test_company_is_made_and_changed(sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    form = {
        "name": "Engines",
        "website": "",
        "phone": "",
        "industry": "",
        "city": "",
        "country": "",
    }
    made = client.post(reverse("company_create"), {**form, "employees": "12"})
    client.post(made["Location"] + "edit/", {**form, "employees": "13"})
    company = Company.objects.get()
    assert (company.employees, company.owner, company.name_key) == (13, sales, "engines")
    for bad in ("-1", "9" * 25, "x"):
        response = client.post(made["Location"] + "edit/", {**form, "employees": bad})
        assert response.status_code == 422
