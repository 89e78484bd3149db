"""Companies as the sum of their people: added up by a job, in lists and filters, for whoever sees all of them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from core.choices import FieldAccess, Reach
from core.jobs.questions import ask
from core.models import JobRun, User
from crm.models import Company, CompanyLifetime, Contact
from crm.services.company_lifetimes import company_totals
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    ContactLifetimeFactory,
    ContactSegmentFactory,
    CustomerSegmentFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.core import NOW, add_rules
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
LIST = reverse("company_list")
COLUMNS = "columns=value_ahead,value_at_risk,bought,buyers,last_purchase,model_segment"


def add_up(hours: int = 0) -> JobRun:
    run = carry_out(ask(kind="analytics.company_totals", as_of=NOW + timedelta(hours=hours)))
    assert run.state == "succeeded", run.error_text
    return run


def buyer(company: Company, total: int, ahead: int | None, at_risk: int | None) -> Contact:
    contact = ContactFactory(company=company)
    ContactLifetimeFactory(contact=contact, total=total, value=ahead, at_risk=at_risk)
    return contact


@pytest.fixture
def firms() -> tuple[Company, Company]:
    """One with two buyers and somebody who only looks, one with people who never bought."""
    first, second = CompanyFactory(name="Acme"), CompanyFactory(name="Borealis")
    best, many = CustomerSegmentFactory(name="Our best"), CustomerSegmentFactory(name="Many")
    rich, poor = buyer(first, 900, 500, 50), buyer(first, 100, None, None)
    ContactSegmentFactory(contact=rich, segment=best, version=best.version)
    for person in (poor, ContactFactory(company=first), ContactFactory(company=second)):
        ContactSegmentFactory(contact=person, segment=many, version=many.version)
    gone = buyer(first, 5_000, 5_000, 5_000)
    Contact.objects.filter(pk=gone.pk).update(deleted_at=NOW)
    CompanyFactory(name="Nobody")
    return first, second


def test_companies_are_the_sum_of_their_people(firms: tuple[Company, Company]) -> None:
    add_up()
    rows = CompanyLifetime.objects.select_related("segment").order_by("company")
    first, second = rows
    assert (first.company, second.company) == firms
    assert (first.buyers, first.total, first.value, first.at_risk) == (
        2,
        Decimal(1_000),
        Decimal(500),
        Decimal(50),
    )
    assert first.segment.name == "Our best", "who bought most counts, not who are most"
    assert (second.buyers, second.total, second.value) == (0, None, None)
    assert second.segment.name == "Many"


def test_whoever_has_no_people_left_has_no_row_and_nothing_older_overwrites(
    firms: tuple[Company, Company],
) -> None:
    add_up(hours=2)
    Contact.objects.filter(company=firms[0]).update(company=firms[1])
    add_up(hours=1)
    assert CompanyLifetime.objects.get(company=firms[0]).buyers == 2
    add_up(hours=3)
    (row,) = CompanyLifetime.objects.all()
    assert (row.company, row.buyers) == (firms[1], 2)


def test_lists_show_sort_and_filter_by_it(
    firms: tuple[Company, Company], manager: User, log_in: LogIn
) -> None:
    add_up()
    client = log_in(manager)
    found = client.get(f"{LIST}?{COLUMNS}&sort=-value_ahead")
    page = found.content.decode()
    assert "Our best" in page
    assert page.index("Acme") < page.index("Borealis")
    only = client.get(f"{LIST}?if=value_at_risk:at_least:50").content.decode()
    assert "Acme" in only
    assert "Borealis" not in only
    segment = CompanyLifetime.objects.get(company=firms[1]).segment_id
    only = client.get(f"{LIST}?if=model_segment:is:{segment}").content.decode()
    assert "Borealis" in only
    assert "Acme" not in only


def test_sums_tell_of_everybody_so_only_who_sees_everybody_has_them(
    firms: tuple[Company, Company], manager: User, log_in: LogIn
) -> None:
    add_up()
    role = RoleFactory(grants={"crm.company.view": Reach.ALL, "crm.contact.view": Reach.OWN})
    client = log_in(UserFactory(roles=[role]))
    for asked in ("if=value_ahead:at_least:1", "if=model_segment:set"):
        assert "There is no field" in client.get(f"{LIST}?{asked}").content.decode()
    assert "Our best" not in client.get(f"{LIST}?{COLUMNS}").content.decode()
    add_rules(manager.roles.get(), ["crm.company.value_ahead"], FieldAccess.NONE)
    page = log_in(manager).get(f"{LIST}?if=bought:at_least:1").content.decode()
    assert "There is no field" in page


def test_asking_takes_as_many_queries_for_many_companies(
    firms: tuple[Company, Company], django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _number in range(30):
        buyer(CompanyFactory(), 10, 5, 1)

    with django_assert_max_num_queries(2):
        assert len(company_totals(1, 10**6, run=None, as_of=NOW)) == 32
