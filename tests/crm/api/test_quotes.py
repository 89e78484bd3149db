"""Quotes and rules of the assignment, by program."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from core.choices import Reach
from crm.choices import QuoteStatus
from crm.models import Deal, Quote
from tests.core.api.callers import Caller
from tests.factories import (
    ContactFactory,
    DealFactory,
    LeadFactory,
    QuoteFactory,
    RoleFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
GRANTS = {
    f"crm.{kind}.{act}": Reach.ALL for kind in ("deal", "contact") for act in ("view", "edit")
}
LINES = [
    {"name": "Station", "quantity": 2, "unit_price": "1000.10", "tax_rate": 0.19, "unit": "piece"},
    {"name": "Training", "unit_price": 99.99, "discount_rate": "0.1", "tax_rate": "0.07"},
]


def caller(grants: Any = GRANTS, **role: list[str]) -> Caller:
    return Caller(UserFactory(roles=[RoleFactory(grants=grants, **role)]))


@pytest.fixture
def deal() -> Deal:
    made: Deal = DealFactory(name="Pilot")
    return made


def test_quote_is_made_issued_marked_and_read_as_pdf(deal: Deal) -> None:
    ann, person = caller(), ContactFactory(name="Maya Okafor")
    given = {
        "lines": LINES,
        "contact": person.pk,
        "recipient": "Maya Okafor\nKestrel",
        "language": "en",
        "valid_until": "2099-12-31",
        "terms": "Net",
    }
    made = ann.post(f"deals/{deal.pk}/quotes/", given)
    assert made.status_code == 201
    told = made.json()
    assert (told["status"], told["number"], told["contact"]) == ("draft", "", person.pk)
    assert (told["subtotal"], told["tax"], told["total"]) == ("2090.19", "386.34", "2476.53")
    assert [line["total"] for line in told["lines"]] == ["2000.20", "89.99"]
    issued = ann.post(f"quotes/{told['id']}/issue/", {}).json()
    assert issued["number"].startswith("Q-")
    assert ann.patch(f"quotes/{told['id']}/", {"terms": "Other"}).status_code in (400, 409, 422)
    assert ann.post(f"quotes/{told['id']}/mark/", {"status": "sent"}).json()["status"] == "sent"
    assert ann.post(f"quotes/{told['id']}/unmark/").json()["status"] == "issued"
    assert ann.post(f"quotes/{told['id']}/unmark/").status_code == 422
    pdf = ann.get(f"quotes/{told['id']}/pdf/")
    assert pdf["Content-Type"] == "application/pdf"
    text = PdfReader(BytesIO(pdf.content)).pages[0].extract_text()
    assert issued["number"] in text
    assert "€2,476.53" in text
    revision = ann.post(f"quotes/{told['id']}/revise/", {})
    assert revision.status_code == 201
    assert revision.json()["replaces"] == told["id"]
    assert ann.delete(f"quotes/{revision.json()['id']}/").status_code == 204
    assert Quote.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"colour": "red"}, "colour"),
        ({"language": "fr"}, "language"),
        ({"valid_until": "soon"}, "valid_until"),
        ({"discount_rate": 1.5}, "discount_rate"),
        ({"discount_rate": True}, "discount_rate"),
        ({"title": "x" * 201}, "title"),
        ({"contact": 0}, "contact"),
        ({"lines": {}}, "lines"),
        ({"lines": [{"unit_price": 1}]}, "lines.0.name"),
        ({"lines": [{"name": "A"}]}, "lines.0.unit_price"),
        ({"lines": [{"name": "A", "unit_price": "NaN"}]}, "lines.0.unit_price"),
        ({"lines": [{"name": "A", "unit_price": 1, "quantity": 0}]}, "lines.0.quantity"),
        ({"lines": [{"name": "A", "unit_price": 1, "total": 5}]}, "lines.0.total"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(deal: Deal, given: Any, place: str) -> None:
    answer = caller().post(f"deals/{deal.pk}/quotes/", given)
    assert answer.status_code == 422
    assert place in answer.json()["errors"]
    assert not Quote.objects.exists()


def test_list_goes_on_and_is_of_one_deal() -> None:
    one, other = QuoteFactory(), QuoteFactory()
    for _each in range(52):
        QuoteFactory(deal=one.deal)
    ann = caller()
    first = ann.get(f"quotes/?deal={one.deal_id}").json()
    rest = ann.get(f"quotes/?deal={one.deal_id}&after={first['next']}").json()
    assert (len(first["results"]), len(rest["results"]), rest["next"]) == (50, 3, None)
    assert [it["id"] for it in ann.get(f"quotes/?deal={other.deal_id}").json()["results"]] == [
        other.pk
    ]
    assert ann.get("quotes/?deal=x").status_code == 400


def test_quotes_of_hidden_values_are_not_there() -> None:
    quote = QuoteFactory()
    assert caller(hides=["crm.deal.amount"]).get(f"quotes/{quote.pk}/").status_code == 404
    assert caller({"crm.deal.view": Reach.OWN}).get(f"quotes/{quote.pk}/pdf/").status_code == 404
    ann = caller(hides=["crm.deal.amount"])
    assert ann.post(f"deals/{quote.deal_id}/quotes/", {}).status_code == 403
    assert (
        caller(locks=["crm.deal.amount"]).post(f"quotes/{quote.pk}/issue/", {}).status_code >= 400
    )
    quote.refresh_from_db()
    assert quote.status == QuoteStatus.DRAFT


# -- rules of the assignment -----------------------------------------------------------------------

MANAGE = {"crm.assignment.manage": Reach.ALL, "crm.lead.view": Reach.ALL}


def test_rules_are_made_changed_ordered_tried_and_deleted() -> None:
    ann, team = caller(MANAGE), TeamFactory()
    bob = UserFactory(roles=[RoleFactory(grants={"crm.lead.edit": Reach.OWN})])
    condition = {"field": "source", "operator": "is", "value": ["Fair"]}
    first = ann.post(
        "assignment-rules/", {"name": "Fair", "person": bob.pk, "condition": condition}
    )
    assert first.status_code == 201
    second = ann.post("assignment-rules/", {"name": "Rest", "team": team.pk}).json()
    changed = ann.patch(f"assignment-rules/{second['id']}/", {"strategy": "least_busy"}).json()
    assert (changed["strategy"], changed["team"], changed["condition"]) == (
        "least_busy",
        team.pk,
        {},
    )
    moved = ann.post(f"assignment-rules/{second['id']}/move/", {"place": 0}).json()["results"]
    assert [rule["name"] for rule in moved] == ["Rest", "Fair"]
    lead = LeadFactory(source="Fair")
    tried = ann.post("assignment-rules/try/", {"lead": lead.pk}).json()["results"]
    assert [(it["holds"], it["would_go_to"], it["decides"]) for it in tried] == [
        (True, None, False),
        (True, bob.pk, True),
    ]
    assert ann.delete(f"assignment-rules/{second['id']}/").status_code == 204
    assert [rule["name"] for rule in ann.get("assignment-rules/").json()["results"]] == ["Fair"]


@pytest.mark.parametrize(
    "given",
    [
        {"name": "x"},
        {"name": "", "person": 1},
        {"name": "x", "person": 0},
        {"name": "x", "team": 999_999},
        {"name": "x", "colour": 1},
        {"name": "x", "strategy": "best"},
        {"name": "x", "is_enabled": "yes"},
        {"name": "x", "condition": []},
        {"name": "x", "condition": {"field": "nothing", "operator": "is", "value": ["1"]}},
    ],
)
def test_rule_that_makes_no_sense_is_refused(given: dict[str, Any]) -> None:
    ann = caller(MANAGE)
    if given.get("person") == 1:
        given = {**given, "person": UserFactory().pk}
    assert ann.post("assignment-rules/", given).status_code in (400, 422)
    assert ann.get("assignment-rules/").json()["results"] == []


def test_rules_take_the_right_to_manage_them() -> None:
    ann = caller({"crm.lead.view": Reach.ALL})
    assert ann.get("assignment-rules/").status_code == 403
    assert ann.post("assignment-rules/", {"name": "x", "person": 1}).status_code == 403
