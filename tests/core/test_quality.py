"""Data quality: each figure is the total of its list, for each person; flags follow the records."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from core.choices import FieldAccess, Reach
from core.jobs.questions import ask
from core.lists import lists
from core.lists.state import ListState
from core.models import FieldRule, Installation, JobRun, QualityCount, User
from core.queries.quality import KIND, QualityFigures
from crm.models import Contact, ContactQuality
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    DealFactory,
    LeadFactory,
    RoleFactory,
    UserFactory,
)
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
PAGE = "/data-quality/"


def check_now(**given: Any) -> JobRun:
    return carry_out(ask(kind=KIND, as_of=timezone.now(), **given))


def records_of(owner: User | None) -> None:
    """A little of everything that may be wrong."""
    team = owner.team if owner else None
    mine: dict[str, Any] = {"owner": owner, "team": team}
    ContactFactory(email="ada@gmial.com", phone="ask Ada", mobile="+1 2", **mine)
    ContactFactory(email="not an address", other_email="b@acme.con", **mine)
    ContactFactory(
        name="Nobody",
        email="",
        phone="",
        mobile="",
        other_email="",
        other_phone="",
        company=None,
        **mine,
    )
    old = ContactFactory(email="fine@acme.example", phone="+493012345678", **mine)
    Contact.objects.filter(pk=old.pk).update(
        touched_at=timezone.now() - timedelta(400), created_at=timezone.now() - timedelta(500)
    )
    CompanyFactory(domain="", email="x@y", **mine)
    LeadFactory(source="", contact=None, **mine)
    DealFactory(close_on=timezone.localdate() - timedelta(3), amount=None, base_amount=None, **mine)


def total_of_list(user: User, key: str, query: str) -> int:
    state = ListState(lists[key], user, QueryDict(query))
    assert not state.refused
    return state.rows().count()


@pytest.fixture
def people(
    sales: User, colleague: User, outsider: User, manager: User, administrator: User
) -> list[User]:
    gone = UserFactory(role="sales", team=sales.team, is_active=False)
    for owner in (sales, colleague, outsider, gone, None):
        records_of(owner)
    return [sales, colleague, outsider, manager, administrator]


def test_every_figure_is_the_total_of_its_list_for_everybody(people: list[User]) -> None:
    check_now()
    seen = set()
    for user in people:
        for it in QualityFigures(User.objects.get(pk=user.pk)).types:
            assert it.total == total_of_list(user, it.kind.key, "")
            for figure in (*it.checks, *it.fields):
                assert figure.count == total_of_list(user, it.kind.key, figure.query), figure
                seen |= {(it.kind.key, figure.key)} if figure.count else set()
    for found in (
        "email_invalid",
        "email_mistyped",
        "phone_invalid",
        "mobile_invalid",
        "unreachable",
    ):
        assert ("crm.contact", found) in seen
    for found in ("owner_left", "no_owner", "stale", "other_email_wrong"):
        assert ("crm.contact", found) in seen
    assert {("crm.company", "no_domain"), ("crm.lead", "no_contact")} <= seen
    assert {("crm.deal", "overdue"), ("crm.deal", "no_amount")} <= seen


def test_what_is_mended_leaves_the_list_at_once(sales: User, log_in: LogIn) -> None:
    contact = ContactFactory(owner=sales, team=sales.team, email="ada@gmial.com", phone="ask")
    check_now()
    assert contact.quality.email_meant == "ada@gmail.com"
    client = log_in(sales)
    url = f"/records/crm.contact/{contact.pk}/fields/email/"
    assert client.post(url, {"email": "ada@gmail.com"}).status_code < 400
    quality = ContactQuality.objects.get(pk=contact.pk)
    assert (quality.email, quality.email_meant, quality.phone) == ("", "", "invalid")


def test_a_new_record_is_judged_at_once(sales: User, log_in: LogIn) -> None:
    log_in(sales).post("/contacts/new/", {"name": "Ada", "email": "ada@gmial.com"})
    assert ContactQuality.objects.get().email == "mistyped"


def test_a_field_that_is_hidden_hides_its_figures(log_in: LogIn, administrator: User) -> None:
    role = RoleFactory()
    role.grants.create(permission="crm.contact.view", reach=Reach.ALL)
    FieldRule.objects.create(role=role, field="crm.contact.email", access=FieldAccess.NONE)
    user = UserFactory(role=None)
    user.roles.set([role])
    ContactFactory(email="ada@gmial.com", phone="ask")
    check_now()
    [it] = QualityFigures(User.objects.get(pk=user.pk)).types
    assert it.kind.key == "crm.contact"
    keys = {figure.key for figure in it.checks}
    assert not keys & {"email_invalid", "email_mistyped", "unreachable"}
    assert "phone_invalid" in keys
    assert "email" not in {figure.key for figure in it.fields}


def test_the_page_says_when_and_leads_to_the_lists(sales: User, log_in: LogIn) -> None:
    records_of(sales)
    run = check_now()
    page = log_in(sales).get(PAGE).content.decode()
    assert f"run {run.pk}" in page
    assert "/contacts/?if=email_problem%3Ais%3Amistyped" in page
    deals = log_in(sales).get(f"{PAGE}?type=crm.deal").content.decode()
    assert "Open, without a value or its exchange rate" in deals


def test_before_the_first_run_the_page_says_so(
    sales: User, administrator: User, log_in: LogIn
) -> None:
    assert "Nothing is counted yet" in log_in(sales).get(PAGE).content.decode()
    assert "Check now" not in log_in(sales).get(PAGE).content.decode()
    assert "Check now" in log_in(administrator).get(PAGE).content.decode()


def test_the_trend_has_one_figure_a_day(administrator: User) -> None:
    ContactFactory(email="ada@gmial.com")
    day = timezone.now() - timedelta(1)
    for moment in (day, timezone.now() - timedelta(seconds=1), timezone.now()):
        carry_out(ask(kind=KIND, as_of=moment))
        ContactFactory(email="bob@gmial.com")
    [contacts] = [t for t in QualityFigures(administrator).types if t.kind.key == "crm.contact"]
    [mistyped] = [c for c in contacts.checks if c.key == "email_mistyped"]
    assert mistyped.trend == [1, 3]
    assert mistyped.change == 2


def test_days_until_stale_are_the_administrators(administrator: User) -> None:
    contact = ContactFactory()
    Contact.objects.filter(pk=contact.pk).update(touched_at=timezone.now() - timedelta(40))
    Installation.objects.update_or_create(pk=1, defaults={"stale_after_days": 30})
    check_now()
    [contacts] = [t for t in QualityFigures(administrator).types if t.kind.key == "crm.contact"]
    assert next(c for c in contacts.checks if c.key == "stale").count == 1


def test_asking_again_leaves_one_count_of_a_run(administrator: User) -> None:
    ContactFactory()
    run = check_now()
    whole = QualityCount.objects.filter(run=run, object_type="crm.contact", is_whole=True)
    assert whole.get().total == 1


def test_queries_of_the_page_do_not_grow(
    sales: User, log_in: LogIn, django_assert_max_num_queries: Any
) -> None:
    records_of(sales)
    check_now()
    client = log_in(sales)
    client.get(PAGE)
    with django_assert_max_num_queries(16):
        client.get(PAGE)


def test_the_api_tells_the_same(sales: User, log_in: LogIn) -> None:
    records_of(sales)
    run = check_now()
    told = log_in(sales).get("/api/v1/data-quality/").json()
    assert told["run"] == run.pk
    contacts = next(it for it in told["results"] if it["type"] == "crm.contact")
    mistyped = next(check for check in contacts["checks"] if check["key"] == "email_mistyped")
    assert (contacts["total"], mistyped["count"]) == (4, 1)
    assert mistyped["conditions"] == ["email_problem:is:mistyped"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+49 (0)30 1234567", "+49301234567"),
        ("030 1234567", "+49301234567"),
        ("ask Ada", "ask Ada"),
    ],
)
def test_phones_typed_in_forms_are_kept_as_they_are_dialled(
    typed: str, kept: str, sales: User, log_in: LogIn
) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"country": "DE"})
    log_in(sales).post("/contacts/new/", {"name": "Ada", "phone": typed})
    assert Contact.objects.get().phone == kept


def test_a_number_that_was_there_stays_as_it_is(sales: User, log_in: LogIn) -> None:
    contact = ContactFactory(owner=sales, team=sales.team, phone="+49 30 1234567")
    url = f"/records/crm.contact/{contact.pk}/fields/phone/"
    log_in(sales).post(url, {"phone": "+49 30 1234567"})
    contact.refresh_from_db()
    assert contact.phone == "+49 30 1234567"


def test_all_records_of_a_figure_are_changed_by_the_bulk_actions_of_the_list(
    manager: User, colleague: User, log_in: LogIn
) -> None:
    records_of(None)
    check_now()
    [contacts] = [t for t in QualityFigures(manager).types if t.kind.key == "crm.contact"]
    figure = next(check for check in contacts.checks if check.key == "no_owner")
    assert figure.mend == "assign"
    sent = {"all": "yes", "address": figure.query}
    answer = log_in(manager).post("/records/crm.contact/bulk/assign/", sent)
    assert answer.status_code == 200
    assert f"Assign {figure.count} contacts" in answer.content.decode()
