"""What customers will probably buy, on the pages, on records and in lists."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.queries.lifetime_value import KIND, together
from core.choices import FieldAccess, Reach
from core.jobs.questions import ask
from core.models import FieldRule, JobRun, User
from crm.models import Contact, ContactLifetime
from crm.queries.purchases import Purchases
from marketing.models import Segment, SegmentMember
from tests.analytics.customers import buy, make_customers
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    ContactLifetimeFactory,
    LeadFactory,
    RoleFactory,
    SegmentFactory,
    UserFactory,
)
from tests.factories.core import NOW
from tests.records import insight_url
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
VALUE, COHORTS = reverse("customer_value"), reverse("customer_cohorts")


def compute() -> JobRun:
    run = carry_out(ask(kind=KIND, as_of=NOW))
    assert run.state == "succeeded", run.error_text
    return run


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def test_page_tells_total_band_trust_and_whom_to_keep(manager: User, log_in: LogIn) -> None:
    make_customers(400)
    compute()
    client = log_in(manager)
    response = client.get(VALUE)
    found = response.content.decode()
    assert "80% range" in found
    assert "Beats simple rules" in found or "A simple rule was closer" in found
    work = response.context["work"]
    assert len(work) == 10
    stakes = [line["row"].at_risk for line in work]
    assert stakes == sorted(stakes, reverse=True)
    best = ContactLifetime.objects.order_by("-at_risk").first()
    assert best is not None
    assert work[0]["row"] == best
    assert "usually every" in found
    groups = {group["name"]: group["rows"] for group in response.context["groups"]}
    assert {row["label"] for row in groups["source"]} == {"Web", "Fair", "Referral"}
    listed = client.get(groups["source"][0]["url"]).context
    assert listed["lines"], "the part opens its list"


def test_segments_are_told_to_who_sees_them(manager: User, sales: User, log_in: LogIn) -> None:
    make_customers(200)
    members = list(Contact.objects.order_by("pk")[:20])
    segment = SegmentFactory(owner=sales, kind="static", sharing="all", name="Fair visitors")
    SegmentMember.objects.bulk_create(
        SegmentMember(segment=segment, contact=contact, since=NOW) for contact in members
    )
    run = compute()
    assert run.result[f"segment_customers:{segment.pk}"] == 20
    groups = {each["name"]: each for each in log_in(manager).get(VALUE).context["groups"]}
    (row,) = groups["segment"]["rows"]
    assert (row["label"], row["customers"]) == ("Fair visitors", 20)
    Segment.objects.filter(pk=segment.pk).update(sharing="private")
    names = [each["name"] for each in log_in(manager).get(VALUE).context["groups"]]
    assert ("segment" in names) == Segment.objects.visible_to(manager).filter(
        pk=segment.pk
    ).exists()


def test_page_before_anything_was_bought_says_what_to_do(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    for url, title in ((VALUE, "No value ahead yet"), (COHORTS, "No cohorts yet")):
        found = text_of(client, url)
        assert title in found
        assert "Import purchases with customer, date and amount" in found
        assert reverse("import_list") in found
    carry_out(ask(kind=KIND, as_of=NOW))
    assert "Nobody has bought anything yet" in text_of(client, VALUE)


def test_too_few_who_came_back_are_told_and_what_was_bought_is_shown(
    manager: User, log_in: LogIn
) -> None:
    make_customers(60, returns=False)
    compute()
    found = text_of(log_in(manager), VALUE)
    assert "0 of 60 customers have bought more than once; 30 are needed" in found
    assert "Bought so far" in found
    assert "80% range" not in found


def test_who_does_not_see_all_gets_the_own_customers(log_in: LogIn) -> None:
    role = RoleFactory(
        grants={
            "crm.contact.view": Reach.OWN,
            "crm.deal.view": Reach.OWN,
            "analytics.lifetime.view": Reach.ALL,
        }
    )
    user = UserFactory(roles=[role])
    make_customers(200)
    compute()
    own = ContactLifetime.objects.order_by("-at_risk")[:2]
    Contact.objects.filter(pk__in=[row.pk for row in own]).update(owner=user)
    response = log_in(user).get(VALUE)
    assert response.context["counts"]["customers"] == 2
    assert {line["row"].pk for line in response.context["work"]} == {row.pk for row in own}
    assert response.context["groups"] == []
    assert "your role does not see all of that" in text_of(log_in(user), COHORTS)


def test_hidden_amounts_hide_all_of_it(log_in: LogIn) -> None:
    make_customers(200)
    compute()
    role = RoleFactory(grants={"crm.contact.view": Reach.ALL, "analytics.lifetime.view": Reach.ALL})
    FieldRule.objects.create(role=role, field="crm.contact.value_ahead", access=FieldAccess.NONE)
    client = log_in(UserFactory(roles=[role]))
    assert "Your role does not see this" in text_of(client, VALUE)
    contact = Contact.objects.first()
    assert contact is not None
    assert "Bought so far" not in text_of(client, insight_url(contact))
    listed = text_of(client, reverse("contact_list") + "?columns=value_ahead&sort=-value_ahead")
    assert "Value ahead" not in listed


def test_contact_says_what_is_ahead_and_why(manager: User, log_in: LogIn) -> None:
    contact = ContactFactory(owner=manager)
    for days in (60, 40, 20):
        buy(contact, timezone.now() - timedelta(days=days))
    today = timezone.localdate()
    ContactLifetimeFactory(
        contact=contact,
        first_on=today - timedelta(days=231),
        last_on=today - timedelta(days=94),
        purchases=8,
    )
    found = text_of(log_in(manager), insight_url(contact))
    assert "ahead in 12 months, 80% range €400 to €1,900" in found
    assert "Last bought 94 days ago; usually every 20." in found
    assert "80%" in found
    assert "sparkline" in found


def test_contact_who_never_bought_has_no_panel(manager: User, log_in: LogIn) -> None:
    contact = ContactFactory(owner=manager)
    assert "Bought so far" not in text_of(log_in(manager), insight_url(contact))


def test_reasons_are_told_where_a_model_spoke(manager: User, log_in: LogIn) -> None:
    row = ContactLifetimeFactory(
        purchases=1,
        first_on=NOW.date(),
        last_on=NOW.date(),
        alive=None,
        risk=0.7,
        risk_by="model",
        reasons=[
            {"field": "customer.since_interaction", "value": 94, "points": 22.0},
            {"field": "crm.contact.source", "value": "Fair", "points": 9.0},
        ],
    )
    found = text_of(log_in(manager), insight_url(row.contact))
    assert "Why they may go quiet" in found
    assert "Days since the last interaction" in found
    assert "94" in found
    role = RoleFactory(grants={"crm.contact.view": Reach.ALL})
    FieldRule.objects.create(role=role, field="crm.contact.source", access=FieldAccess.NONE)
    hidden = text_of(log_in(UserFactory(roles=[role])), insight_url(row.contact))
    assert "Days since the last interaction" in hidden
    assert "Fair" not in hidden


def test_company_adds_up_its_people(manager: User, log_in: LogIn) -> None:
    company = CompanyFactory(owner=manager)
    rows = [
        ContactLifetimeFactory(contact=ContactFactory(company=company, name=f"Buyer {number}"))
        for number in range(3)
    ]
    found = text_of(log_in(manager), insight_url(company))
    assert "Buyer 0" in found
    assert "€3,600" in found
    told = together(rows)
    assert (told["value"], told["purchases"]) == (3_600, 36)
    assert told["high"] == pytest.approx(3_600 + 3**0.5 * 700)
    assert told["low"] == pytest.approx(3_600 - 3**0.5 * 800)
    assert told["alive"] == pytest.approx(1 - 0.2**3)


def test_list_filters_sorts_and_shows(manager: User, log_in: LogIn) -> None:
    rich = ContactLifetimeFactory(value=Decimal(90_000), alive=0.31).contact
    poor = ContactLifetimeFactory(value=Decimal(10)).contact
    nobody = ContactFactory()
    client = log_in(manager)
    columns = "columns=value_ahead,alive,left_risk,purchases,bought,last_purchase,purchases_ahead"
    response = client.get(f"{reverse('contact_list')}?{columns}&sort=-value_ahead")
    shown = [line.row.pk for line in response.context["lines"]]
    assert shown == [rich.pk, poor.pk, nobody.pk]
    assert "90,000" in response.content.decode()
    assert "31%" in response.content.decode()
    only = client.get(f"{reverse('contact_list')}?if=value_ahead:at_least:100")
    assert [line.row.pk for line in only.context["lines"]] == [rich.pk]


def test_cells_of_cohorts_open_the_people_they_count(manager: User, log_in: LogIn) -> None:
    make_customers(150)
    compute()
    client = log_in(manager)
    response = client.get(COHORTS)
    rows = response.context["rows"]
    assert len(rows) > 3
    checked = 0
    for row in rows[:4]:
        whole = client.get(row["url"]).context["lines"]
        assert len(whole) == min(int(row["size"].replace(",", "")), 50)
        for place, cell in enumerate(row["cells"][1:5], start=1):
            if cell.url:
                count = int(cell.title.split(" ")[0])
                assert len(client.get(cell.url).context["lines"]) == count, (row["label"], place)
                checked += 1
    assert checked
    assert client.get(f"{COHORTS}?show=value").context["way"] == "value"
    assert client.get(f"{COHORTS}?show=nonsense").context["way"] == "buyers"


def test_cohorts_of_leads_open_their_lists(manager: User, log_in: LogIn) -> None:
    for number in range(6):
        won = number < 2
        LeadFactory(
            captured_at=NOW - timedelta(days=70),
            status="converted" if won else "new",
            closed_at=NOW - timedelta(days=30) if won else None,
        )
    buy(ContactFactory(), NOW - timedelta(days=3))
    compute()
    client = log_in(manager)
    response = client.get(f"{COHORTS}?show=converted")
    row = response.context["rows"][0]
    assert row["size"] == "6"
    last = row["cells"][-1]
    assert last.text == "33%"
    assert len(client.get(last.url).context["lines"]) == 2


def test_purchases_of_one_contact_are_read_alone() -> None:
    ann, ben = ContactFactory(), ContactFactory()
    buy(ann, NOW - timedelta(days=3), "5")
    buy(ben, NOW - timedelta(days=3), "7")
    told = list(Purchases(NOW, ann.pk, ann.pk).of_each())
    assert [(who, float(worth)) for who, _day, worth in told] == [(ann.pk, 5.0)]
