"""Reading and writing records through the API."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core.choices import Reach
from core.models import AuditEvent, ExternalKey, SavedView, User
from crm.models import Activity, Company, Contact, Deal, Lead, StageChange
from tests.core.api.callers import Caller
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    DealFactory,
    GroupFactory,
    LeadFactory,
    ProductFactory,
    RoleFactory,
    TagFactory,
    UserFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
ERP = {"source": "erp", "key": "4711"}


@pytest.fixture
def caller(administrator: User) -> Caller:
    return Caller(administrator)


# -- reading -----------------------------------------------------------------------------------


def test_a_record_has_its_fields_in_json_types(caller: Caller, administrator: User) -> None:
    CustomFieldFactory(object_type="crm.deal", key="plants", type="number")
    company = CompanyFactory(name="Steel")
    deal = DealFactory(
        name="Rolls",
        amount="1200.50",
        currency="EUR",
        company=company,
        custom={"plants": 3},
        owner=administrator,
    )
    deal.tags.add(TagFactory(name="b"), TagFactory(name="a"))
    found = caller.get(f"deals/{deal.pk}/").json()
    assert found["id"] == deal.pk
    assert found["display_name"] == "Rolls"
    assert found["amount"] == "1200.50"
    assert found["close"] is None
    assert found["company"] == {"id": company.pk, "name": "Steel"}
    assert found["stage"]["id"] == deal.stage_id
    assert found["stage"]["name"].startswith(str(deal.stage))
    assert found["owner"] == {"id": administrator.pk, "name": administrator.name}
    assert found["tags"] == ["a", "b"]
    assert found["custom"] == {"plants": 3}
    assert found["created"].endswith("Z")
    assert found["external"] == []
    assert found["lost_reason"] is None


def test_fields_choose_also_those_of_linked_records(caller: Caller) -> None:
    contact = ContactFactory(company=CompanyFactory(industry="Steel"))
    answer = caller.get("contacts/", {"fields": "email,company.industry"})
    assert answer.json()["results"] == [
        {"id": contact.pk, "email": contact.email, "company.industry": "Steel"}
    ]
    assert caller.get("contacts/", {"fields": "nonsense"}).status_code == 400


def test_conditions_are_those_of_lists(caller: Caller) -> None:
    new = LeadFactory(status="new", country="Chile")
    LeadFactory(status="lost", country="Chile")
    LeadFactory(status="new", country="Peru")
    asked = {"if": ["status:is:new", "country:is:Chile"]}
    assert [row["id"] for row in caller.get("leads/", asked).json()["results"]] == [new.pk]
    condition = {
        "all": [
            {"field": "status", "operator": "is", "value": ["new"]},
            {"not": {"field": "country", "operator": "is", "value": ["Peru"]}},
        ]
    }
    answer = caller.post("leads/query/", {"condition": condition, "count": True}).json()
    assert [row["id"] for row in answer["results"]] == [new.pk]
    assert answer["count"] == {"number": 1, "is_estimate": False, "is_more": False}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"if": "nonsense:is:1"}, "if"),
        ({"if": "{}"}, "if"),
        ({"sort": "nonsense"}, "sort"),
        ({"sort": "tags"}, "sort"),
        ({"size": "0"}, "size"),
        ({"size": "501"}, "size"),
        ({"size": "²"}, "size"),
        ({"after": "abc"}, "after"),
        ({"view": "1"}, "view"),
        ({"count": "perhaps"}, "count"),
        ({"page": "2"}, "page"),
        ({"q": "\0"}, "query"),
    ],
)
def test_what_cannot_be_asked_is_said(caller: Caller, query: dict[str, str], name: str) -> None:
    answer = caller.get("contacts/", query)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [name]


def test_pages_follow_each_other_to_the_end(caller: Caller) -> None:
    made = [ContactFactory(name=f"P{number % 3}").pk for number in range(11)]
    seen, after = [], ""
    while True:
        query = {"sort": "-name", "size": "4", **({"after": after} if after else {})}
        page = caller.get("contacts/", query).json()
        seen += [row["id"] for row in page["results"]]
        after = page["next"]
        if not after:
            break
    assert sorted(seen) == sorted(made)
    assert len(seen) == len(made)
    wrong = caller.get("contacts/", {"sort": "name", "after": page["previous"]})
    assert wrong.status_code == 400


def test_a_saved_view_is_run(caller: Caller, administrator: User) -> None:
    wanted = LeadFactory(status="new")
    LeadFactory(status="lost")
    view = SavedView.objects.create(
        object_type="crm.lead",
        name="New",
        owner=administrator,
        condition={"field": "status", "operator": "is", "value": ["new"]},
        columns=["status"],
    )
    assert "New" in [row["name"] for row in caller.get("views/").json()["results"]]
    found = caller.get("leads/", {"view": view.pk}).json()["results"]
    assert [row["id"] for row in found] == [wanted.pk]


# -- one record --------------------------------------------------------------------------------


def test_a_record_is_made_changed_deleted_and_restored(caller: Caller, administrator: User) -> None:
    CustomFieldFactory(
        object_type="crm.contact",
        key="plant",
        type="choices",
        options=[{"key": "a", "label": "A"}, {"key": "b", "label": "B"}],
    )
    company = CompanyFactory()
    answer = caller.post(
        "contacts/",
        {
            "name": " Li Wei ",
            "email": "li@example.com",
            "company": company.pk,
            "birthday": "1990-02-03",
            "tags": ["VIP", "vip"],
            "custom": {"plant": ["b", "a"]},
            "external": ERP,
        },
    )
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert answer["Location"] == f"/api/v1/contacts/{found['id']}/"
    contact = Contact.objects.get(pk=found["id"])
    assert (contact.name, contact.name_key, contact.owner) == ("Li Wei", "li wei", administrator)
    assert found["custom"] == {"plant": ["a", "b"]}
    assert found["tags"] == ["VIP"]
    assert found["external"] == [ERP]
    assert AuditEvent.objects.filter(action="create", object_id=contact.pk).exists()
    assert caller.get("search/", {"q": "wei"}).json()["results"][0]["id"] == contact.pk

    url = f"contacts/{contact.pk}/"
    changed = caller.patch(url, {"job_title": "Buyer", "custom": {"plant": None}, "company": None})
    assert changed.status_code == 200, changed.content
    assert changed.json()["job_title"] == "Buyer"
    assert changed.json()["company"] is None
    assert changed.json()["custom"] == {"plant": []}
    event = AuditEvent.objects.filter(action="edit", object_id=contact.pk).get()
    assert event.changes["job_title"] == ["", "Buyer"]

    assert caller.delete(url).status_code == 204
    assert caller.get(url).status_code == 404
    assert caller.post(f"{url}restore/").status_code == 200
    assert caller.get("contacts/by-key/erp/4711/").json()["id"] == contact.pk


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x", "email": "nobody"}, "email"),
        ({"name": "x", "nonsense": 1}, "nonsense"),
        ({"name": "x", "created": "2026-01-01"}, "created"),
        ({"name": "x", "birthday": "yesterday"}, "birthday"),
        ({"name": "x", "birthday": "0001-01-01"}, "birthday"),
        ({"name": "x", "lifecycle_stage": "nonsense"}, "lifecycle_stage"),
        ({"name": "x", "company": 987654321}, "company"),
        ({"name": "x", "company": "Acme"}, "company"),
        ({"name": "x", "company": True}, "company"),
        ({"name": "x", "owner": 987654321}, "owner"),
        ({"name": "x", "owner": None}, "owner"),
        ({"name": "x", "tags": "VIP"}, "tags"),
        ({"name": "x", "custom": []}, "custom"),
        ({"name": "x", "custom": {"plants": "many"}}, "custom.plants"),
        ({"name": "x", "custom": {"nonsense": 1}}, "custom.nonsense"),
        ({"name": "x", "external": "4711"}, "row"),
        ({"name": "x", "id": 5}, "id"),
    ],
)
def test_what_is_not_valid_is_said_by_field(caller: Caller, body: dict, field: str) -> None:
    CustomFieldFactory(object_type="crm.contact", key="plants", type="number")
    answer = caller.post("contacts/", body)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert not Contact.objects.exists()


def test_a_change_counts_on_what_was_read(caller: Caller) -> None:
    contact = ContactFactory(company=CompanyFactory(name="Old"))
    url = f"contacts/{contact.pk}/"
    tag = caller.get(url)["ETag"]
    assert caller.get(url, **{"If-None-Match": tag}).status_code == 304
    Company.objects.update(name="New")
    assert caller.get(url, **{"If-None-Match": tag}).status_code == 200
    # Another name of the company is no change of the contact.
    first = caller.patch(url, {"job_title": "Buyer"}, **{"If-Match": tag})
    assert first.status_code == 200
    second = caller.patch(url, {"job_title": "Chief"}, **{"If-Match": tag})
    assert second.status_code == 412
    assert second.json()["current"]["job_title"] == "Buyer"
    assert caller.delete(url, **{"If-Match": tag}).status_code == 412
    again = caller.patch(url, {"job_title": "Chief"}, **{"If-Match": second.json()["etag"]})
    assert again.json()["job_title"] == "Chief"


def test_the_rules_of_the_types_hold(caller: Caller) -> None:
    lead = caller.post("leads/", {"person": {"name": "Ann", "email": "ann@example.com"}}).json()
    assert lead["contact"]["name"] == "Ann"
    assert Lead.objects.get().captured_at is not None
    assert caller.post("leads/", {"source": "Fair"}).status_code == 422
    twice = caller.post("leads/", {"person": {"email": "ANN@example.com", "phone": "123"}}).json()
    assert twice["contact"]["id"] == lead["contact"]["id"]
    assert Contact.objects.get().phone == "123"

    deal = caller.post("deals/", {"name": "Rolls", "amount": "10.00"})
    assert deal.status_code == 201, deal.content
    assert deal.json()["currency"]
    assert StageChange.objects.filter(deal=deal.json()["id"]).count() == 1
    url = f"deals/{deal.json()['id']}/"
    assert caller.post(f"{url}lose/", {"reason": ""}).status_code == 422
    assert caller.post(f"{url}lose/", {"reason": "Price"}).json()["status"] == "lost"
    assert caller.post(f"{url}reopen/").json()["status"] == "open"
    assert caller.post(f"{url}win/").json()["status"] == "won"

    note = caller.post("activities/", {"kind": "note", "body": "Called.", "lead": lead["id"]})
    assert note.status_code == 201, note.content
    assert Activity.objects.get().contact_id == lead["contact"]["id"]
    assert caller.post("activities/", {"kind": "note"}).status_code == 422
    task = caller.post("activities/", {"kind": "task", "subject": "Call"}).json()
    assert task["done"] is None
    assert caller.post(f"activities/{task['id']}/complete/").json()["done"]
    assert caller.get(f"leads/{lead['id']}/timeline/").json()["results"]
    assert caller.get("pipelines/").json()["results"][0]["stages"]


# -- many ----------------------------------------------------------------------------------------


def test_rows_are_written_or_refused_one_by_one(caller: Caller) -> None:
    there = ContactFactory(name="There", job_title="Buyer")
    ExternalKey.objects.create(object_type="crm.contact", source="erp", key="1", object_id=there.pk)
    rows = [
        {"external": {"source": "erp", "key": "1"}, "name": "There", "job_title": "Chief"},
        {"external": {"source": "erp", "key": "2"}, "name": "New", "company": {"name": "Acme"}},
        {"external": {"source": "erp", "key": "3"}, "name": "Bad", "email": "nobody"},
        "nonsense",
        {"id": 987654321, "name": "Gone"},
        {"name": "Nameless"},
        {"external": {"source": "erp", "key": "2"}, "name": "Twice"},
    ]
    answer = caller.post("contacts/bulk/", {"rows": rows}).json()
    assert [row["status"] for row in answer["rows"]] == ["updated", "created", *["refused"] * 5]
    assert (answer["created"], answer["updated"], answer["refused"]) == (1, 1, 5)
    assert all(row["detail"] for row in answer["rows"] if row["status"] == "refused")
    again = caller.post("contacts/bulk/", {"rows": rows[:2]}).json()
    assert [row["status"] for row in again["rows"]] == ["unchanged", "unchanged"]
    assert Contact.objects.get(name="New").company.name == "Acme"
    assert Contact.objects.count() == 2


def test_links_name_records_by_the_keys_of_other_systems(caller: Caller) -> None:
    caller.post("companies/", {"name": "Steel", "external": ERP})
    made = caller.post("contacts/", {"name": "Ann", "company": ERP})
    assert made.json()["company"]["name"] == "Steel"
    unknown = caller.post("contacts/", {"name": "Ann", "company": {**ERP, "key": "x"}})
    assert list(unknown.json()["errors"]) == ["company"]


def test_the_owner_changes_through_the_door_of_assigning(
    caller: Caller, manager: User, colleague: User
) -> None:
    lead = LeadFactory(owner=manager)
    answer = caller.patch(f"leads/{lead.pk}/", {"owner": colleague.pk})
    assert answer.json()["owner"]["id"] == colleague.pk
    lead.refresh_from_db()
    assert (lead.owner, lead.contact.owner) == (colleague, colleague)
    assert AuditEvent.objects.filter(action="assign", object_id=lead.pk).exists()


def test_foreign_records_are_neither_changed_nor_told(sales: User, outsider: User) -> None:
    caller = Caller(sales)
    foreign = ContactFactory(owner=outsider, team=outsider.team)
    ExternalKey.objects.create(
        object_type="crm.contact", source="erp", key="1", object_id=foreign.pk
    )
    assert caller.get(f"contacts/{foreign.pk}/").status_code == 404
    assert caller.patch(f"contacts/{foreign.pk}/", {"name": "x"}).status_code == 404
    assert caller.get("contacts/by-key/erp/1/").status_code == 404
    rows = [{"external": {"source": "erp", "key": "1"}, "name": "x"}]
    answer = caller.post("contacts/bulk/", {"rows": rows}).json()
    assert answer["rows"][0]["status"] == "refused"
    unknown = [{"external": {"source": "erp", "key": "nobody's"}, "name": "x"}]
    refusals = [
        caller.post("contacts/bulk/", {"mode": "update", "rows": sent}).json()["rows"][0]
        for sent in (rows, unknown)
    ]
    assert refusals[0] == refusals[1], "whether somebody keeps something under a key is not told"
    team_mate = ContactFactory(owner=UserFactory(team=sales.team), team=sales.team)
    assert caller.get(f"contacts/{team_mate.pk}/").status_code == 200
    assert caller.patch(f"contacts/{team_mate.pk}/", {"name": "x"}).status_code == 403


def test_a_link_out_of_sight_is_neither_told_nor_cut(sales: User, outsider: User) -> None:
    foreign = CompanyFactory(owner=outsider, team=outsider.team)
    contact = ContactFactory(owner=sales, team=sales.team, company=foreign)
    caller = Caller(sales)
    found = caller.get(f"contacts/{contact.pk}/").json()
    assert found["company"] == {"id": None, "name": None}
    assert found["industry"] is None
    sent_back = caller.patch(f"contacts/{contact.pk}/", {"company": found["company"]})
    assert sent_back.status_code == 200
    assert caller.patch(f"contacts/{contact.pk}/", {"company": None}).status_code == 422
    contact.refresh_from_db()
    assert contact.company == foreign


def test_hidden_and_locked_fields(team: object) -> None:
    actions = ("view", "create", "edit")
    role = RoleFactory(
        grants={f"crm.contact.{action}": Reach.OWN for action in actions},
        hides=["crm.contact.email"],
        locks=["crm.contact.phone"],
    )
    user = UserFactory(roles=[role])
    contact = ContactFactory(owner=user)
    caller = Caller(user)
    url = f"contacts/{contact.pk}/"
    assert "email" not in caller.get(url).json()
    for body, field in (({"email": "a@example.com"}, "email"), ({"phone": "1"}, "phone")):
        answer = caller.patch(url, body)
        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == [field]
    for query in ({"if": "email:set"}, {"sort": "email"}, {"fields": "email"}):
        assert caller.get("contacts/", query).status_code == 400
    schema = caller.get("schema/").json()["components"]["schemas"]
    assert "email" not in schema["Contact"]["properties"]
    assert {"email", "phone"}.isdisjoint(schema["ContactInput"]["properties"])
    assert "Lead" not in schema


def test_a_deal_keeps_its_stage_field_for_the_moves(caller: Caller) -> None:
    deal = DealFactory()
    answer = caller.patch(f"deals/{deal.pk}/", {"stage": deal.stage_id})
    assert list(answer.json()["errors"]) == ["stage"]
    changed = caller.patch(f"deals/{deal.pk}/", {"amount": 99.5, "currency": deal.currency})
    assert changed.json()["amount"] == "99.50"
    assert Deal.objects.get().base_amount is not None or deal.currency


LEADS = {f"crm.lead.{action}": Reach.ALL for action in ("view", "create", "edit")}


def test_a_person_of_a_lead_needs_the_rights_of_contacts(administrator: User) -> None:
    """By the role and by the scopes of the token: a lead is no way around them."""
    body = {"person": {"name": "Ann", "email": "ann@example.com"}}
    narrow = Caller(administrator, scopes=["crm.lead:read", "crm.lead:write"])
    seller = Caller(UserFactory(roles=[RoleFactory(grants=LEADS)]))
    for caller in (narrow, seller):
        refused = caller.post("leads/", body)
        assert refused.status_code == 422
        assert "person" in refused.content.decode()
    assert not Contact.objects.exists()
    assert not Lead.objects.exists()


def test_a_lead_is_not_called_by_whom_the_caller_may_not_see(
    sales: User, outsider: User, administrator: User, log_in: LogIn
) -> None:
    person = ContactFactory(name="Secret person", owner=outsider, team=outsider.team)
    company = CompanyFactory(name="Secret company", owner=outsider, team=outsider.team)
    lead = LeadFactory(owner=sales, contact=person, company=company)
    told = Caller(sales).get(f"leads/{lead.pk}/").json()
    assert told["display_name"] == f"Lead {lead.pk}"
    assert "Secret" not in str(told)
    client = log_in(sales)
    for url in (reverse("lead_list"), lead.get_absolute_url()):
        page = client.get(url).text
        assert f"Lead {lead.pk}" in page
        assert "Secret" not in page
    narrow = Caller(administrator, scopes=["crm.lead:read", "crm.company:read"])
    assert narrow.get(f"leads/{lead.pk}/").json()["display_name"] == "Secret company"
    assert Caller(administrator).get(f"leads/{lead.pk}/").json()["display_name"] == person.name


def test_numbers_are_not_tried_out_on_links_out_of_sight(sales: User, outsider: User) -> None:
    theirs = CompanyFactory(name="Theirs", owner=outsider, team=outsider.team)
    own = CompanyFactory(name="Own", owner=sales)
    hidden = LeadFactory(owner=sales, company=theirs)
    seen = LeadFactory(owner=sales, company=own)
    caller = Caller(sales)

    def found(condition: str) -> set[int]:
        rows = caller.get("leads/", {"if": condition}).json()["results"]
        return {row["id"] for row in rows}

    assert found(f"company:is:{theirs.pk}") == set()
    assert found(f"company:is:{theirs.pk},{own.pk}") == {seen.pk}
    assert found(f"company:is_not:{theirs.pk}") == {hidden.pk, seen.pk}
    assert found(f"company:is_not:{own.pk}") == {hidden.pk}
    assert found("company:set") == {hidden.pk, seen.pk}


def test_groups_out_of_sight_are_neither_named_nor_found() -> None:
    grants = {f"crm.{name}.view": Reach.OWN for name in ("contact", "group")}
    user = UserFactory(roles=[RoleFactory(grants=grants)])
    own, theirs = GroupFactory(owner=user), GroupFactory()
    gone = GroupFactory(owner=user, deleted_at=NOW)
    both, hidden, none = ContactFactory.create_batch(3, owner=user)
    for group in (own, theirs, gone):
        group.contacts.add(both)
    theirs.contacts.add(hidden)
    gone.contacts.add(hidden)
    caller = Caller(user)

    def found(condition: str) -> dict[int, list[dict[str, object]]]:
        asked = {"if": condition, "fields": "groups"}
        return {
            row["id"]: row["groups"] for row in caller.get("contacts/", asked).json()["results"]
        }

    told = [{"id": own.pk, "name": own.name}]
    everybody = {both.pk: told, hidden.pk: [], none.pk: []}
    assert found(f"groups:has_any:{theirs.pk},{gone.pk}") == {}
    assert found(f"groups:has_any:{theirs.pk},{own.pk}") == {both.pk: told}
    assert found(f"groups:has_none:{theirs.pk},{gone.pk}") == everybody
    assert found("groups:set") == {both.pk: told}
    assert found("groups:empty") == {hidden.pk: [], none.pk: []}
    assert found("events:empty") == everybody
    assert all("groups" not in row for row in caller.get("contacts/").json()["results"])
    assert caller.get(f"contacts/{both.pk}/").json()["groups"] == told


def test_groups_are_read_not_written(caller: Caller, administrator: User) -> None:
    group, contact = GroupFactory(owner=administrator), ContactFactory(owner=administrator)
    for answer in (
        caller.patch(f"contacts/{contact.pk}/", {"groups": [group.pk]}),
        caller.post("contacts/", {"name": "Ada", "groups": [group.pk]}),
    ):
        assert answer.status_code == 422
        assert "groups" in answer.json()["errors"]
    assert not group.contacts.exists()
    fields = caller.get("contacts/fields/").json()["results"]
    (told,) = [field for field in fields if field["name"] == "groups"]
    assert (told["type"], told["target"], told["is_written"]) == ("links", "crm.group", False)
    assert told["operators"] == ["has_any", "has_none", "set", "empty"]


def test_a_person_out_of_sight_is_neither_cut_nor_asked_about() -> None:
    """Who has which address is not found out by giving a lead another person."""
    grants = {f"crm.contact.{action}": Reach.OWN for action in ("view", "create", "edit")}
    caller = Caller(UserFactory(roles=[RoleFactory(grants=LEADS | grants)]))
    for email in ("", "theirs@example.com"):
        lead = LeadFactory(contact=ContactFactory(name="Theirs", email=email))
        answer = caller.patch(f"leads/{lead.pk}/", {"person": {"email": "new@example.com"}})
        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == ["person"]
        person = lead.contact
        lead.refresh_from_db()
        assert lead.contact == person
    assert Contact.objects.count() == 2


def test_fields_are_counted_before_they_are_looked_at(caller: Caller) -> None:
    for names in (["name"] * 61, [f"company.nonsense{number}" for number in range(2000)]):
        answer = caller.post("contacts/query/", {"fields": names})
        assert answer.status_code == 400
        assert "60 fields" in answer.json()["detail"]


def test_what_is_taken_out_of_sight_says_no_more_than_that(log_in: LogIn) -> None:
    grants = {f"crm.product.{it}": Reach.OWN for it in ("view", "create", "edit")}
    user = UserFactory(roles=[RoleFactory(grants=grants)])
    ProductFactory(name="Theirs", sku="SECRET-1")
    own = ProductFactory(name="Own", sku="OWN-1", owner=user)
    caller, client = Caller(user), log_in(user)
    for sku in ("SECRET-1", own.sku):
        refused = caller.post("products/", {"name": "x", "sku": sku})
        assert refused.json()["errors"] == {"sku": ["This is taken. Use another one."]}
        form = client.post(reverse("product_create"), {"name": "x", "sku": sku})
        assert "This is taken. Use another one." in form.text
        assert "Theirs" not in form.text


def test_a_company_by_name_is_made_only_with_the_right() -> None:
    theirs = CompanyFactory(name="Theirs")
    seller = UserFactory(roles=[RoleFactory(grants=LEADS | {"crm.company.view": Reach.OWN})])
    own = CompanyFactory(name="Own", owner=seller)
    caller = Caller(seller)
    assert caller.post("leads/", {"company": {"name": "Own"}}).json()["company"]["id"] == own.pk
    for name in ("New", theirs.name):
        assert caller.post("leads/", {"company": {"name": name}}).status_code == 422
    assert Company.objects.count() == 2


def test_a_company_by_name_is_one_that_the_caller_sees(sales: User, outsider: User) -> None:
    """Whether others have a company of this name is not to be found out; of several the oldest."""
    CompanyFactory(name="Acme", owner=outsider)
    CompanyFactory(name="Acme", owner=sales, deleted_at=NOW)
    caller = Caller(sales)

    def linked(name: str) -> int:
        answer = caller.post("leads/", {"company": {"name": name}})
        assert answer.status_code == 201
        company = answer.json()["company"]
        assert company["name"] is not None
        return company["id"]

    made = linked("Acme")
    assert Company.objects.get(pk=made).owner == sales
    assert linked("ACME") == made
    CompanyFactory(name="acme", owner=sales)
    assert linked("Acme") == made
    assert Company.objects.count() == 4
