"""Two people at one record: each keeps what only they changed, and both see what they both did."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core.choices import Reach
from core.models import AuditEvent, CustomField, User
from crm.models import Company, Contact, Lead
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    LeadFactory,
    RoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}
EVERYTHING = {
    f"crm.{kind}.{action}": Reach.ALL
    for kind in ("lead", "contact", "company")
    for action in ("view", "create", "edit")
}


@pytest.fixture
def company(sales: User) -> Company:
    return CompanyFactory(owner=sales, team=sales.team, industry="Mills", city="Ulm", phone="1")


def loaded(client: Client, url: str) -> dict[str, Any]:
    """What a browser has after opening the form: the values and what they were loaded with."""
    form = client.get(url).context["form"]
    values = {bound.html_name: bound.value() or "" for bound in form}
    return {**values, "loaded": form.loaded_text}


def fact_url(record: Any, name: str) -> str:
    return reverse("record_field", args=[record._meta.label_lower, record.pk, name])


def in_place(client: Client, record: Any, name: str, given: dict[str, Any]) -> HttpResponse:
    return client.post(fact_url(record, name), given, headers=HTMX)


def test_what_only_one_of_two_changed_is_kept(
    company: Company, sales: User, administrator: User, log_in: LogIn
) -> None:
    mine, theirs = log_in(sales), log_in(administrator)
    url = reverse("company_edit", args=[company.pk])
    my_form, their_form = loaded(mine, url), loaded(theirs, url)
    assert theirs.post(url, {**their_form, "city": "Bonn"}).status_code == 302
    assert mine.post(url, {**my_form, "industry": "Robotics"}).status_code == 302
    company.refresh_from_db()
    assert (company.city, company.industry) == ("Bonn", "Robotics")


def test_a_field_that_both_changed_is_shown_side_by_side_and_nothing_is_lost(
    company: Company, sales: User, administrator: User, log_in: LogIn
) -> None:
    mine, theirs = log_in(sales), log_in(administrator)
    url = reverse("company_edit", args=[company.pk])
    my_form, their_form = loaded(mine, url), loaded(theirs, url)
    theirs.post(url, {**their_form, "city": "Bonn", "phone": "2"})
    answer = mine.post(url, {**my_form, "city": "Köln", "industry": "Robotics"})
    assert answer.status_code == 409
    (line,) = answer.context["form"].conflict_lines
    assert (line["mine"], line["theirs"], line["before"]) == ("Köln", "Bonn", "Ulm")
    assert (line["by"], line["at"]) == (administrator, AuditEvent.objects.earliest("pk").at)
    company.refresh_from_db()
    assert (company.city, company.industry, company.phone) == ("Bonn", "Robotics", "2")


@pytest.mark.parametrize(("choice", "city"), [("mine", "Köln"), ("theirs", "Bonn")])
def test_whoever_chooses_decides(
    choice: str, city: str, company: Company, sales: User, administrator: User, log_in: LogIn
) -> None:
    mine, theirs = log_in(sales), log_in(administrator)
    url = reverse("company_edit", args=[company.pk])
    my_form, their_form = loaded(mine, url), loaded(theirs, url)
    theirs.post(url, {**their_form, "city": "Bonn", "phone": "2"})
    sent = {**my_form, "city": "Köln"}
    again = mine.post(url, sent).context["form"].loaded_text
    answer = mine.post(url, {**sent, "loaded": again, "keep-city": choice})
    assert answer.status_code == 302
    company.refresh_from_db()
    assert (company.city, company.phone) == (city, "2")


def test_both_changed_it_to_the_same_is_no_conflict(
    company: Company, sales: User, administrator: User, log_in: LogIn
) -> None:
    mine, theirs = log_in(sales), log_in(administrator)
    url = reverse("company_edit", args=[company.pk])
    my_form, their_form = loaded(mine, url), loaded(theirs, url)
    theirs.post(url, {**their_form, "city": "Bonn"})
    assert mine.post(url, {**my_form, "city": "Bonn"}).status_code == 302


def test_a_person_s_field_of_a_lead_conflicts_as_well(
    sales: User, administrator: User, log_in: LogIn
) -> None:
    lead: Lead = LeadFactory(owner=sales, contact__job_title="Buyer")
    url = reverse("lead_edit", args=[lead.pk])
    mine, theirs = log_in(sales), log_in(administrator)
    my_form, their_form = loaded(mine, url), loaded(theirs, url)
    theirs.post(url, {**their_form, "job_title": "Head"})
    answer = mine.post(url, {**my_form, "job_title": "Boss", "city": "Ulm"})
    assert answer.status_code == 409
    lead.refresh_from_db()
    assert lead.contact is not None
    assert (lead.contact.job_title, lead.city) == ("Head", "Ulm")


def test_silly_state_of_a_form_is_ignored(company: Company, sales: User, log_in: LogIn) -> None:
    client, url = log_in(sales), reverse("company_edit", args=[company.pk])
    for silly in ("{", "[]", "null", "{" * 9_000, '{"city": {"a": []}}'):
        sent = {"name": company.name, "phone": "3", "loaded": silly}
        assert client.post(url, sent).status_code == 302


# -- one fact in place ---------------------------------------------------------------------------


def test_a_fact_is_edited_in_place(company: Company, sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    control = client.get(fact_url(company, "city"), headers=HTMX)
    assert 'name="city"' in control.content.decode()
    given = {"city": "Bonn", "loaded": control.context["form"].loaded_text}
    saved = in_place(client, company, "city", given)
    assert saved.status_code == 200
    assert "Bonn" in saved.content.decode()
    assert "record-head" in saved.content.decode()
    company.refresh_from_db()
    assert (company.city, company.industry) == ("Bonn", "Mills")


def test_a_value_that_does_not_fit_gets_a_sentence(
    company: Company, sales: User, log_in: LogIn
) -> None:
    answer = in_place(log_in(sales), company, "employees", {"employees": "many"})
    assert answer.status_code == 422
    assert "whole number" in answer.content.decode()
    refused = in_place(log_in(sales), company, "name", {"name": ""})
    assert refused.status_code == 422


def test_two_at_one_fact_choose(
    company: Company, sales: User, administrator: User, log_in: LogIn
) -> None:
    mine, theirs = log_in(sales), log_in(administrator)
    before = json.dumps({"city": "Ulm"})
    in_place(theirs, company, "city", {"city": "Bonn", "loaded": before})
    answer = in_place(mine, company, "city", {"city": "Köln", "loaded": before})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert all(word in page for word in ("Köln", "Bonn", "Ulm", administrator.display_name))
    now = answer.context["form"].loaded_text
    in_place(mine, company, "city", {"city": "Köln", "loaded": now, "keep-city": "mine"})
    company.refresh_from_db()
    assert company.city == "Köln"


def test_without_scripts_a_fact_leads_to_the_form(
    company: Company, sales: User, log_in: LogIn
) -> None:
    answer = log_in(sales).get(fact_url(company, "city"))
    assert answer["Location"] == reverse("company_edit", args=[company.pk])


@pytest.mark.parametrize("rule", ["hides", "locks"])
def test_hidden_and_locked_facts_cannot_be_edited(rule: str, log_in: LogIn) -> None:
    role = RoleFactory(grants=EVERYTHING, **{rule: ["crm.company.city"]})
    client, company = log_in(UserFactory(roles=[role])), CompanyFactory(city="Ulm")
    answer = in_place(client, company, "city", {"city": "Bonn"})
    assert answer.status_code == (404 if rule == "hides" else 200)
    company.refresh_from_db()
    assert company.city == "Ulm"
    page = client.get(company.get_absolute_url()).content.decode()
    assert ("Ulm" in page) is (rule == "locks")
    assert fact_url(company, "city") not in page


def test_fields_that_follow_others_cannot_be_edited(sales: User, log_in: LogIn) -> None:
    lead = LeadFactory(owner=sales)
    for name in ("created", "owner", "score", "no-such"):
        assert in_place(log_in(sales), lead, name, {name: "1"}).status_code == 404


# -- links, tags, added fields -------------------------------------------------------------------


def test_a_link_is_chosen_by_its_number_or_by_its_name(
    company: Company, sales: User, log_in: LogIn
) -> None:
    client = log_in(sales)
    parents = [CompanyFactory(name="Twin", owner=sales, team=sales.team) for _ in range(2)]
    given = {"parent": "Twin", "parent_id": str(parents[1].pk)}
    assert in_place(client, company, "parent", given).status_code == 200
    company.refresh_from_db()
    assert company.parent == parents[1]
    in_place(client, company, "parent", {"parent": ""})
    two = in_place(client, company, "parent", {"parent": "twin", "parent_id": ""})
    assert two.status_code == 422
    assert "several" in two.content.decode()
    CompanyFactory(name="One", owner=sales, team=sales.team)
    assert in_place(client, company, "parent", {"parent": " one "}).status_code == 200


def test_a_link_to_what_one_does_not_see_is_neither_told_nor_cut(
    sales: User, outsider: User, log_in: LogIn
) -> None:
    foreign = CompanyFactory(name="Foreign Ltd", owner=outsider, team=outsider.team)
    company = CompanyFactory(owner=sales, team=sales.team, parent=foreign)
    client = log_in(sales)
    page = client.get(company.get_absolute_url()).content.decode()
    edit = client.get(reverse("company_edit", args=[company.pk])).content.decode()
    assert "Foreign Ltd" not in page + edit
    in_place(client, company, "parent", {"parent": ""})
    company.refresh_from_db()
    assert company.parent == foreign
    for given in ({"parent": "Foreign Ltd"}, {"parent": "x", "parent_id": str(foreign.pk)}):
        own = CompanyFactory(owner=sales, team=sales.team)
        assert in_place(client, own, "parent", given).status_code == 422


def test_tags_are_given_and_taken_each_once(company: Company, sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    in_place(client, company, "tags", {"tags": "Fair, ｆａｉｒ，Pilot"})
    assert sorted(company.tags.values_list("name", flat=True)) == ["Fair", "Pilot"]
    in_place(client, company, "tags", {"tags": "pilot"})
    assert list(company.tags.values_list("name", flat=True)) == ["Pilot"]
    trail = AuditEvent.objects.filter(object_type="crm.company").latest("pk")
    assert list(trail.changes) == ["tags"]


@pytest.mark.parametrize(
    ("kind", "sent", "stored"),
    [
        ("text", "x", "x"),
        ("number", "12.5", 12.5),
        ("date", "2026-01-02", "2026-01-02"),
        ("moment", "2026-01-02T10:30", "2026-01-02T10:30:00Z"),
        ("choices", ["b", "a"], ["a", "b"]),
        ("boolean", "True", True),
        ("url", "example.org", "https://example.org"),
    ],
)
def test_an_added_field_of_any_type_is_edited_in_place(
    kind: str, sent: Any, stored: Any, sales: User, log_in: LogIn
) -> None:
    options = [{"key": "a", "label": "A"}, {"key": "b", "label": "B"}]
    field: CustomField = CustomFieldFactory(type=kind, options=options if kind == "choices" else [])
    lead, client, name = LeadFactory(owner=sales), log_in(sales), f"custom_{field.key}"
    assert in_place(client, lead, name, {name: sent, f"{name}-shown": "1"}).status_code == 200
    lead.refresh_from_db()
    assert lead.custom == {field.key: stored}
    assert client.get(lead.get_absolute_url()).status_code == 200
    form = loaded(client, reverse("lead_edit", args=[lead.pk]))
    client.post(reverse("lead_edit", args=[lead.pk]), {**form, f"{name}-shown": "1"})
    lead.refresh_from_db()
    assert lead.custom == {field.key: stored}
    in_place(client, lead, name, {name: "", f"{name}-shown": "1"})
    lead.refresh_from_db()
    assert lead.custom == {}


def test_an_added_link_to_a_record_and_to_a_user(sales: User, log_in: LogIn) -> None:
    to_company = CustomFieldFactory(type="link", target="crm.company")
    to_user = CustomFieldFactory(type="user")
    lead, client = LeadFactory(owner=sales), log_in(sales)
    other = CompanyFactory(name="Partner Ltd", owner=sales, team=sales.team)
    for field, row, text in ((to_company, other, other.name), (to_user, sales, sales.name)):
        name = f"custom_{field.key}"
        in_place(client, lead, name, {name: text, f"{name}_id": str(row.pk)})
    lead.refresh_from_db()
    assert lead.custom == {to_company.key: other.pk, to_user.key: sales.pk}
    page = client.get(lead.get_absolute_url()).content.decode()
    assert "Partner Ltd" in page


# -- new records ---------------------------------------------------------------------------------


def test_a_probable_duplicate_is_said_once_and_blocks_nobody(sales: User, log_in: LogIn) -> None:
    known: Contact = ContactFactory(
        owner=sales, team=sales.team, name="Ada", email="ada@example.org"
    )
    client, given = log_in(sales), {"name": "Somebody", "email": "ADA@example.org"}
    warned = client.post(reverse("contact_create"), given)
    assert warned.status_code == 422
    assert known.get_absolute_url() in warned.content.decode()
    made = client.post(reverse("contact_create"), {**given, "duplicates-seen": "1"})
    assert made.status_code == 302
    assert Contact.objects.count() == 2


def test_a_new_record_begins_with_what_the_address_says(
    company: Company, sales: User, outsider: User, log_in: LogIn
) -> None:
    client = log_in(sales)
    form = client.get(f"{reverse('contact_create')}?company={company.pk}").context["form"]
    assert form["company_name"].value() == company.name
    foreign = CompanyFactory(owner=outsider, team=outsider.team)
    for number in (foreign.pk, "x", "9" * 40):
        form = client.get(f"{reverse('contact_create')}?company={number}").context["form"]
        assert not form["company_name"].value()


def test_what_has_to_be_unique_is_refused_with_a_sentence(
    company: Company, sales: User, log_in: LogIn
) -> None:
    CompanyFactory(external_id="A-1")
    answer = in_place(log_in(sales), company, "external_id", {"external_id": "A-1"})
    assert answer.status_code == 422
    assert in_place(log_in(sales), company, "external_id", {"external_id": ""}).status_code == 200


def test_a_language_is_chosen_and_another_one_stays_as_it_came(sales: User, log_in: LogIn) -> None:
    contact = ContactFactory(owner=sales, team=sales.team, language="zh-hans")
    other = ContactFactory(owner=sales, team=sales.team, language="pl")
    client = log_in(sales)
    page = client.get(contact.get_absolute_url()).content.decode()
    assert "Simplified Chinese" in page
    control = client.get(fact_url(other, "language"), headers=HTMX)
    assert '<option value="pl" selected>pl</option>' in control.content.decode()
    given = {"language": "pl", "loaded": control.context["form"].loaded_text}
    assert in_place(client, other, "language", given).status_code == 200
    assert in_place(client, contact, "language", {"language": "tlh"}).status_code == 422
    assert in_place(client, contact, "language", {"language": ""}).status_code == 200
    assert set(Contact.objects.values_list("language", flat=True)) == {"pl", ""}
