"""Home: figures that agree with the lists behind them, panels per role, within the budget."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.choices import Reach
from core.conditions import Viewpoint, checked, from_parameters, to_q
from core.models import User
from core.queries.home import HomeView, scopes_of
from core.registries import record_types
from crm.choices import ActivityKind
from crm.models import Activity, Deal, Lead
from crm.queries.home import call_first
from crm.queries.home_figures import figures, numbers
from crm.queries.home_work import closing_deals, my_day, newcomers, stuck_deals
from tests.factories import (
    ActivityFactory,
    DealFactory,
    LeadFactory,
    LeadScoreFactory,
    RoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
MOST_QUERIES = 15


def listed(url: str, key: str, user: User) -> int:
    """How many records the list at an address shows to the user."""
    view = Viewpoint(user, timezone.localtime())
    kind = record_types[key]
    condition = checked(from_parameters(parse_qs(urlsplit(url).query)["if"]), kind, view)
    rows = kind.model.objects.visible_to(user)
    return rows.filter(to_q(condition, kind, view)).count()


def days_ago(days: float) -> object:
    return timezone.now() - timedelta(days=days)


def lead(owner: User, *, created: float = 0, **values: object) -> Lead:
    made = LeadFactory(owner=owner, **values)
    Lead.objects.filter(pk=made.pk).update(created_at=days_ago(created))
    return made


def deal(owner: User, *, created: float = 0, **values: object) -> Deal:
    made = DealFactory(owner=owner, team=owner.team, **values)
    Deal.objects.filter(pk=made.pk).update(created_at=days_ago(created))
    return made


@pytest.fixture
def busy(sales: User, colleague: User, outsider: User) -> User:
    """Work of one's own, of a colleague and of somebody far away."""
    for owner in (sales, colleague, outsider):
        lead(owner, touched_at=days_ago(20))
        lead(owner, created=1, status="converted", closed_at=days_ago(3))
        lead(owner, created=90, status="lost", closed_at=days_ago(4))
        lead(owner, created=200, status="converted", closed_at=days_ago(120))
        deal(
            owner,
            base_amount=1000,
            amount=1000,
            close_on=timezone.localdate(),
            touched_at=days_ago(40),
        )
        ActivityFactory(owner=owner, team=owner.team, kind="task", at=days_ago(2))
        ActivityFactory(owner=owner, team=owner.team, kind="call", at=timezone.now())
    return sales


@pytest.mark.parametrize(("scope", "expected"), [("mine", 1), ("team", 2)])
def test_figures_are_of_the_scope(busy: User, scope: str, expected: int) -> None:
    known = numbers(HomeView.of(busy, scope))
    assert known["pipeline"] == expected * 1000
    assert known["overdue"] == expected
    assert known["due_today"] == expected
    assert known["closing_deals"] == expected
    assert (known["converted"], known["closed"]) == (expected, expected * 2)
    assert (known["converted_before"], known["closed_before"]) == (expected, expected)


def test_every_figure_leads_to_as_many_records(busy: User, manager: User) -> None:
    for user, scope in ((busy, "mine"), (busy, "team"), (manager, "all")):
        home = HomeView.of(user, scope)
        known = numbers(home)
        strip = {item["label"]: item["url"] for item in figures(home, user)["items"]}
        assert listed(strip["New leads this week"], "crm.lead", user) == known["leads_week"]
        assert listed(strip["Open pipeline"], "crm.deal", user) * 1000 == known["pipeline"]
        assert listed(strip["Overdue"], "crm.activity", user) == known["overdue"]
        assert listed(strip["Conversion, 90 days"], "crm.lead", user) == known["converted"]
        assert listed(closing_deals(home, user)["url"], "crm.deal", user) == known["closing_deals"]
        kinds = ["crm.lead", "crm.contact", "crm.company", "crm.deal"]
        for row, key in zip(newcomers(home, user)["rows"], kinds, strict=True):
            assert listed(row["url"], key, user) == row["count"]


def test_the_scopes_are_those_of_the_reach(
    sales: User, manager: User, administrator: User, outsider: User
) -> None:
    assert scopes_of(sales) == ["mine", "team"]
    assert scopes_of(manager) == ["mine", "team", "all"]
    assert HomeView.of(sales, "all").scope == "mine", "nobody widens it by the address"
    assert HomeView.of(manager).scope == "all"
    lone = UserFactory(role="sales", team=None)
    assert scopes_of(lone) == ["mine"]


def test_whom_to_call_first_leaves_out_whom_somebody_called(sales: User) -> None:
    waiting = LeadScoreFactory(lead=LeadFactory(owner=sales, touched_at=None)).lead
    old = LeadScoreFactory(lead=LeadFactory(owner=sales, touched_at=days_ago(8))).lead
    LeadScoreFactory(lead=LeadFactory(owner=sales, touched_at=days_ago(2)))
    LeadScoreFactory(lead=LeadFactory(owner=sales, status="lost"))
    LeadFactory(owner=sales)  # without a score
    home = HomeView.of(sales, "mine")
    panel = call_first(home, sales)
    assert panel is not None
    assert {row["lead"] for row in panel["rows"]} == {waiting, old}
    assert listed(panel["url"], "crm.lead", sales) == 3, (
        "the list shows the one without a score, too"
    )


def test_a_deal_is_stuck_by_what_its_stage_allows(sales: User) -> None:
    slow = deal(sales, created=90, touched_at=days_ago(20))
    patient = deal(sales, created=90, touched_at=days_ago(20))
    patient.stage.rotting_days = 30
    patient.stage.save()
    planned = deal(sales, created=90, touched_at=days_ago(20))
    ActivityFactory(owner=sales, deal=planned, kind="task", at=days_ago(-3))
    deal(sales, created=90, touched_at=days_ago(2))
    never = deal(sales, created=15, touched_at=None)
    deal(sales, created=3, touched_at=None)
    rows = stuck_deals(HomeView.of(sales, "mine"), sales)["rows"]
    patient_stage = {slow.stage_id, never.stage_id} - {patient.stage_id}
    assert {row.pk for row in rows} == {
        row.pk for row in (slow, never) if row.stage_id in patient_stage
    }


def test_my_day_is_mine_today_first(sales: User, colleague: User) -> None:
    late = ActivityFactory(owner=sales, kind="task", at=days_ago(3))
    today = ActivityFactory(owner=sales, kind=ActivityKind.CALL, at=timezone.now())
    ActivityFactory(owner=sales, kind="task", at=days_ago(3), done_at=days_ago(2))
    ActivityFactory(owner=sales, kind="task", at=days_ago(-4))
    ActivityFactory(owner=colleague, team=colleague.team, kind="task", at=days_ago(3))
    rows = my_day(HomeView.of(sales, "mine"), sales)["rows"]
    assert [(row["activity"], row["is_overdue"]) for row in rows] == [(today, False), (late, True)]


def test_hidden_fields_leave_their_figures_out(team: object) -> None:
    rights = {f"crm.{kind}.view": Reach.ALL for kind in ("lead", "deal", "activity")}
    role = RoleFactory(grants=rights, hides=["crm.deal.amount", "crm.lead.status"])
    user = UserFactory(team=team, roles=[role])
    deal(user, base_amount=777, amount=777)
    home = HomeView.of(user)
    labels = [item["label"] for item in figures(home, user)["items"]]
    assert labels == ["New leads this week", "Overdue"]
    assert call_first(home, user) is None


@pytest.mark.parametrize("role", ["administrator", "manager", "sales", "marketing"])
@pytest.mark.parametrize("scope", ["mine", "team", "all"])
def test_home_keeps_to_the_budget_for_every_role(
    request: pytest.FixtureRequest, busy: User, log_in: LogIn, role: str, scope: str
) -> None:
    user = request.getfixturevalue(role)
    LeadScoreFactory(lead=LeadFactory(owner=user, team=user.team))
    client = log_in(user)
    client.get(reverse("home"))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(reverse("home"), {"show": scope})
    assert page.status_code == 200
    assert len(queries) <= MOST_QUERIES, "\n".join(q["sql"][:150] for q in queries)


def test_empty_home_says_what_to_do(sales: User, log_in: LogIn) -> None:
    page = log_in(sales).get(reverse("home")).content.decode()
    for words in (
        "No leads yet",
        "No deal is waiting for you",
        "Nothing is due today",
        "Nothing new",
    ):
        assert words in page


def test_activity_of_a_foreign_deal_does_not_name_it(sales: User, outsider: User) -> None:
    foreign = deal(outsider, name="Secret deal")
    ActivityFactory(owner=sales, deal=foreign, kind="task", at=days_ago(1))
    rows = my_day(HomeView.of(sales, "mine"), sales)["rows"]
    assert [row["about"] for row in rows] == [None]
    assert Activity.objects.count() == 1
