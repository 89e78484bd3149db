"""The value ahead by program: what the pages show, to whom they show it."""

import pytest

from analytics.queries.lifetime_value import KIND
from core.choices import FieldAccess
from core.jobs.questions import ask
from core.models import FieldRule, JobRun, Role, User
from tests.analytics.customers import make_customers
from tests.core.api.callers import Caller
from tests.factories import ContactFactory, ContactLifetimeFactory, TeamFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

OVERVIEW, COHORTS, RUN = "customers/value/", "customers/cohorts/", "customers/run/"


def test_contact_tells_what_is_ahead(sales: User) -> None:
    row = ContactLifetimeFactory(contact=ContactFactory(owner=sales, team=sales.team))
    told = Caller(sales).get(f"customers/{row.pk}/").json()
    assert told["value_ahead"] == "1200.00"
    assert (told["value_ahead_low"], told["value_ahead_high"]) == ("400.00", "1900.00")
    assert (told["alive"], told["told_by"]) == (0.8, "purchases")
    assert told["last_purchase"] == "2026-02-01"


def test_contact_out_of_reach_or_without_purchases_is_not_there(sales: User) -> None:
    foreign = ContactLifetimeFactory(contact=ContactFactory(owner=None, team=TeamFactory()))
    plain = ContactFactory(owner=sales, team=sales.team)
    caller = Caller(sales)
    assert caller.get(f"customers/{foreign.pk}/").status_code == 404
    assert caller.get(f"customers/{plain.pk}/").status_code == 404


def test_hidden_value_is_not_told(sales: User) -> None:
    row = ContactLifetimeFactory(contact=ContactFactory(owner=sales, team=sales.team))
    FieldRule.objects.create(
        role=Role.objects.get(key="sales"),
        field="crm.contact.value_ahead",
        access=FieldAccess.NONE,
    )
    assert Caller(sales).get(f"customers/{row.pk}/").status_code == 403


def test_overview_and_cohorts_are_those_of_the_pages(manager: User) -> None:
    caller = Caller(manager)
    assert caller.get(OVERVIEW).status_code == 404
    make_customers(300)
    run = carry_out(ask(kind=KIND, as_of=NOW))
    told = caller.get(OVERVIEW).json()
    assert told["customers"] == 300
    assert told["value_ahead"] == run.result["value"] / 100
    assert told["parameters"]["r"] > 0
    assert told["backtest"]["serves"] == told["method"]
    months = caller.get(COHORTS).json()["results"]
    assert sum(month["size"] for month in months) == 300
    assert caller.get(COHORTS, {"kind": "leads"}).json()["results"] == []
    assert caller.get(COHORTS, {"kind": "x"}).status_code in {400, 422}


def test_run_is_asked_for_once(manager: User, sales: User) -> None:
    caller = Caller(manager)
    first, again = caller.post(RUN).json(), caller.post(RUN).json()
    assert first["run"] == again["run"]
    assert JobRun.objects.filter(kind=KIND).count() == 1
    assert Caller(sales).post(RUN).status_code == 403
