"""The quarter on its page, calling it, quotas: what each role sees and may do."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.models import QuarterForecast, Quota, Submission
from analytics.models.quarters import Quarter
from analytics.pages.quarter_figures import better_view, chance_to_reach, trust_of
from analytics.services.quarter_calls import submit_call
from core.choices import Reach
from core.models import AuditEvent, User
from crm.choices import ForecastCategory, StageKind
from crm.models import Deal
from tests.factories import DealFactory, RoleFactory, StageFactory, UserFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
PAGE = reverse("quarter_forecast")
PARTS = {
    "open": 30_000.0,
    "open_deals": 3,
    "renewals": 5_000.0,
    "renewal_deals": 1,
    "renewal_rate": 0.9,
    "late": 2_000.0,
    "slips": -7_000.0,
    "past": 4,
    "mean_deal": 10_000.0,
    "carriers": [],
    "teams": [],
}


@pytest.fixture
def quarter() -> Quarter:
    return Quarter.of(timezone.now().date())


def forecast(quarter: Quarter, scope: str, likely: float = 130_000.0, **more) -> QuarterForecast:
    now = timezone.now()
    return QuarterForecast.objects.create(
        **{
            "quarter": quarter.first,
            "scope": scope,
            "day": now.date(),
            "as_of": now,
            "won": 100_000,
            "won_deals": 7,
            "likely": likely,
            "quantiles": [likely + 1_000.0 * (place - 50) for place in range(101)],
            "parts": PARTS,
            **more,
        }
    )


def text_of(client: Client, url: str = PAGE) -> str:
    return " ".join(client.get(url).content.decode().split())


# -- the page --------------------------------------------------------------------------------------


def test_page_shows_figures_and_what_they_add_up_to(
    manager: User, log_in: LogIn, quarter: Quarter
) -> None:
    forecast(quarter, "all")
    Quota.objects.create(quarter=quarter.first, team=manager.team, amount=150_000)
    found = text_of(log_in(manager))
    for words in (
        f"Likely, Q{quarter.number}",
        "€130 k",
        "€90.0–170 k",
        "30%",  # chance to reach the target
        "+€60.0 k",  # needed to be 90 % sure
        "about 6 more deals",
        "3 deals × win chance",
        "1 deal, 90% renew",
        "−€7,000",
        "as in 4 past quarters",
    ):
        assert words in found, words


def test_change_since_a_week_is_told(manager: User, log_in: LogIn, quarter: Quarter) -> None:
    today = forecast(quarter, "all")
    day = today.day - timedelta(days=8)
    forecast(quarter, "all", 120_000.0, day=day, as_of=timezone.now() - timedelta(days=8))
    found = text_of(log_in(manager))
    assert "+€10.0 k" in found
    assert "in 8 days" in found


def test_page_without_a_forecast_says_what_to_do(manager: User, log_in: LogIn) -> None:
    assert "There is no forecast of this quarter" in text_of(log_in(manager))


@pytest.mark.parametrize("key", ["2026-Q9", "x", "2026", "9999-Q4"])
def test_odd_quarters_are_the_running_one_or_empty(key: str, manager: User, log_in: LogIn) -> None:
    assert log_in(manager).get(PAGE, {"quarter": key}).status_code == 200


def test_reach_decides_what_is_told(
    sales: User, outsider: User, log_in: LogIn, quarter: Quarter
) -> None:
    """A team sees its own quarter and its own people."""
    for user in (sales, outsider):
        DealFactory(owner=user)
        forecast(
            quarter,
            f"owner:{user.pk}",
            parts={**PARTS, "teams": [user.team_id]},
        )
        forecast(quarter, f"team:{user.team_id}", likely=500_000.0 + user.pk)
    forecast(quarter, "all", 900_000.0)
    found = text_of(log_in(sales))
    assert sales.display_name in found
    assert outsider.display_name not in found
    assert "€900 k" not in found
    assert "€500 k" in found


def test_people_whose_deals_are_partly_elsewhere_have_no_figures_for_the_team(
    sales: User, colleague: User, other_team, log_in: LogIn, quarter: Quarter
) -> None:
    DealFactory(owner=colleague)
    teams = [colleague.team_id, other_team.pk]
    forecast(quarter, f"owner:{colleague.pk}", 333_000.0, parts={**PARTS, "teams": teams})
    forecast(quarter, f"team:{sales.team_id}")
    assert "333" not in text_of(log_in(sales))


def test_whoever_sees_own_deals_sees_the_own_quarter(log_in: LogIn, quarter: Quarter, team) -> None:
    grants = {"crm.deal.view": Reach.OWN, "analytics.quarter.view": Reach.ALL}
    user = UserFactory(roles=[RoleFactory(grants=grants)], team=team)
    forecast(quarter, "all", 900_000.0, backtest={"rows": past_rows()})
    forecast(quarter, f"owner:{user.pk}", 111_000.0)
    found = text_of(log_in(user))
    assert "€111 k" in found
    assert "€900 k" not in found
    assert "Can I trust it?" in found


@pytest.mark.parametrize("hidden", ["crm.deal.amount", "crm.deal.probability"])
def test_who_sees_no_values_sees_no_quarter(hidden: str, log_in: LogIn, quarter: Quarter) -> None:
    grants = {
        "crm.deal.view": Reach.ALL,
        "analytics.quarter.view": Reach.ALL,
        "analytics.quarter.submit": Reach.ALL,
    }
    user = UserFactory(roles=[RoleFactory(grants=grants, hides=[hidden])])
    forecast(quarter, "all")
    client = log_in(user)
    found = text_of(client)
    assert "does not see what deals are worth" in found
    assert "€130 k" not in found
    assert client.get(reverse("quarter_call", args=[quarter.key])).status_code == 403


def test_carriers_are_named_to_whoever_may_see_them(
    manager: User, sales: User, outsider: User, log_in: LogIn, quarter: Quarter
) -> None:
    deals = [DealFactory(owner=outsider, name=name) for name in ("Aurubian", "Kestrel")]
    told = [{"deal": deal.pk, "share": 0.19} for deal in deals]
    for scope in ("all", f"team:{sales.team_id}"):
        forecast(quarter, scope, parts={**PARTS, "carriers": told})
    words = "Two deals, Aurubian and Kestrel, carry 38% of the remaining range."
    assert words in text_of(log_in(manager))
    assert "Aurubian" not in text_of(log_in(sales))


def test_number_of_queries_does_not_grow_with_people(
    manager: User, log_in: LogIn, quarter: Quarter
) -> None:
    forecast(quarter, "all")
    client = log_in(manager)

    def queries(people: int) -> int:
        for _person in range(people):
            user = UserFactory(role="sales", team=manager.team)
            DealFactory(owner=user)
            forecast(quarter, f"owner:{user.pk}")
            Quota.objects.create(quarter=quarter.first, user=user, amount=5)
        client.get(PAGE)
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(PAGE)
        return len(found)

    assert queries(1) == queries(3) <= 20


# -- calls -----------------------------------------------------------------------------------------


def deal_of(owner: User, category: str, amount: int, close_on: date, stage) -> Deal:
    return DealFactory(
        owner=owner,
        stage=stage,
        forecast_category=category,
        amount=amount,
        base_amount=amount,
        close_on=close_on,
    )


def test_call_is_kept_with_what_deals_add_up_to(
    sales: User, log_in: LogIn, quarter: Quarter
) -> None:
    stage, won = StageFactory(), StageFactory(kind=StageKind.WON)
    day = quarter.after.first - timedelta(days=1)
    deal_of(sales, ForecastCategory.COMMIT, 100, day, stage)
    deal_of(sales, ForecastCategory.BEST_CASE, 20, day, stage)
    deal_of(sales, ForecastCategory.PIPELINE, 3, day, stage)
    deal_of(sales, ForecastCategory.OMITTED, 5_000, day, stage)
    deal_of(sales, ForecastCategory.COMMIT, 7_000, quarter.after.first, stage)
    closed = deal_of(sales, ForecastCategory.COMMIT, 40, day, won)
    Deal.objects.filter(pk=closed.pk).update(closed_at=timezone.now())
    client = log_in(sales)
    url = reverse("quarter_call", args=[quarter.key])
    assert "€100" in text_of(client, url)
    client.post(url, {"amount": "150.50", "note": "Two are signed"})
    call = Submission.objects.get()
    assert (call.user, call.amount, call.note) == (sales, Decimal("150.50"), "Two are signed")
    assert (call.closed, call.commit, call.best_case, call.pipeline) == (40, 100, 20, 3)
    assert AuditEvent.objects.filter(action="quarter.call", object_id=call.pk, actor=sales).exists()
    client.post(url, {"amount": "170"})
    assert Submission.objects.count() == 2, "earlier calls stay"
    assert "Two are signed" in text_of(client, url)


@pytest.mark.parametrize("amount", ["", "-5", "many", "1e30"])
def test_bad_call_says_what_to_do(
    amount: str, sales: User, log_in: LogIn, quarter: Quarter
) -> None:
    url = reverse("quarter_call", args=[quarter.key])
    answer = log_in(sales).post(url, {"amount": amount})
    assert answer.status_code == 422
    assert "error" in answer.content.decode()
    assert not Submission.objects.exists()


def test_a_quarter_that_is_over_cannot_be_called(
    sales: User, log_in: LogIn, quarter: Quarter
) -> None:
    url = reverse("quarter_call", args=[quarter.before().key])
    answer = log_in(sales).post(url, {"amount": "5"})
    assert answer.status_code == 422
    assert "This quarter is over" in answer.content.decode()


def test_who_has_not_called_for_a_week_is_named(
    manager: User, sales: User, colleague: User, log_in: LogIn, quarter: Quarter
) -> None:
    forecast(quarter, "all")
    for user, days in ((sales, 8), (colleague, 2)):
        DealFactory(owner=user)
        forecast(quarter, f"owner:{user.pk}")
        at = timezone.now() - timedelta(days=days)
        submit_call(
            quarter=Quarter.of(timezone.now().date()), amount=Decimal(5), note="", by=user, at=at
        )
    context = log_in(manager).get(PAGE).context
    assert context["waiting"] == [sales]


# -- quotas ----------------------------------------------------------------------------------------


def test_quotas_are_set_changed_and_taken_away(
    manager: User, sales: User, log_in: LogIn, quarter: Quarter
) -> None:
    DealFactory(owner=sales)
    client, url = log_in(manager), reverse("quarter_quotas", args=[quarter.key])
    name, team = f"user-{sales.pk}", f"team-{sales.team_id}"
    client.post(url, {name: "1000", team: "5000"})
    assert set(Quota.objects.values_list("user", "team", "amount")) == {
        (sales.pk, None, Decimal(1000)),
        (None, sales.team_id, Decimal(5000)),
    }
    assert "1000" in text_of(client, url)
    client.post(url, {name: "1200", team: ""})
    assert list(Quota.objects.values_list("user", "amount")) == [(sales.pk, Decimal(1200))]
    events = AuditEvent.objects.filter(action="quota.set", actor=manager)
    assert events.count() == 4
    assert events.order_by("pk")[2].changes["amount"] in (["1000.00", "1200.00"], ["5000.00", None])


def test_sales_may_not_set_quotas(sales: User, log_in: LogIn, quarter: Quarter) -> None:
    client, url = log_in(sales), reverse("quarter_quotas", args=[quarter.key])
    assert client.get(url).status_code == 403
    assert client.post(url, {f"user-{sales.pk}": "1"}).status_code == 403
    assert "Set quotas" not in text_of(client)


def test_target_of_all_is_that_of_the_people_where_no_team_has_one(
    manager: User, sales: User, colleague: User, log_in: LogIn, quarter: Quarter
) -> None:
    forecast(quarter, "all")
    for user, amount in ((sales, 40_000), (colleague, 50_000)):
        DealFactory(owner=user)
        Quota.objects.create(quarter=quarter.first, user=user, amount=amount)
    assert "€90.0 k" in text_of(log_in(manager))


# -- figures ---------------------------------------------------------------------------------------


def past_rows() -> list[dict]:
    return [
        {
            "quarter": f"2025-Q{number}",
            "days": 30,
            "actual": 100.0,
            "likely": 90.0,
            "low": 80.0,
            "high": 99.0 if number == 1 else 120.0,
            "baseline": 70.0,
            "series": 120.0,
        }
        for number in (1, 2, 3, 4)
    ]


def test_trust_is_told_in_shares() -> None:
    found = trust_of(past_rows())
    (line,) = found["lines"]
    assert (line["error"], line["baseline"]) == (pytest.approx(0.1), pytest.approx(0.3))
    assert (line["inside"], line["count"], found["beats"]) == (3, 4, True)
    assert line["series"] == pytest.approx(0.2)
    older = [{**row, "series": None} for row in past_rows()]
    assert trust_of(older)["lines"][0]["series"] is None


def test_nearer_view_is_told_in_words() -> None:
    found = {
        "periods": 4,
        "first_error": 0.1,
        "second_error": 0.2,
        "better": "first",
        "is_sure": True,
    }
    assert "open deals were nearer: off by 10.0%" in better_view(found)
    assert "may be luck" in better_view({**found, "is_sure": False})
    assert "time series was nearer: off by 20.0%" in better_view({**found, "better": "second"})
    assert better_view({**found, "periods": 2}) == better_view({**found, "better": ""}) == ""
    assert better_view({}) == ""


def test_chance_to_reach_is_one_below_and_none_above() -> None:
    hundredths = [float(place) for place in range(101)]
    assert chance_to_reach(hundredths, -5) == 1.0
    assert chance_to_reach(hundredths, 500) == 0.0
    assert chance_to_reach(hundredths, 50.5) == pytest.approx(0.495)
