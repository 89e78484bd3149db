"""The forecast page: what it says, to whom, its file and its targets."""

import csv
import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from analytics.models import ForecastSeries, ForecastTarget
from core.choices import Reach, RunState
from core.models import AuditEvent, User
from tests.factories import (
    ForecastSeriesFactory,
    ForecastTargetFactory,
    JobRunFactory,
    RoleFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
URL, TARGET, FILE = "/forecast/", "/forecast/target/", "/forecast/file/"


def block(page: str, name: str) -> Any:
    found = re.search(
        rf'<script id="{name}" type="application/json">(.*?)</script>', page, re.DOTALL
    )
    assert found is not None
    return json.loads(found[1])


def text(client: Client, url: str = URL) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_tells_what_is_stored(manager: User, log_in: LogIn) -> None:
    ForecastSeriesFactory()
    ForecastTargetFactory()
    ForecastTargetFactory(period="quarter", starts_on="2026-04-01", amount=33_000)
    page = text(log_in(manager), f"{URL}?horizon=12")
    chart = block(page, "data-forecast")
    assert len(chart["x"]) == 24
    assert chart["actual"][:12] == [float(n) for n in range(1, 13)], "in thousands"
    assert chart["forecast"][11:] == [12.0] + [10.0] * 12, "begins at the last value"
    assert (chart["inner"][0][12], chart["outer"][1][12], chart["now"]) == (8.0, 14.0, 11)
    assert chart["target"][12:17] == [12.5, 11, 11, 11, None], "a month's, else its quarter's share"
    for said in ("Beats baseline", "7.0%", "21.0%", "€10.0 k", "€8,000–€12.0 k", "75%"):
        assert said in page, said
    assert "the mean of three seldom loses much" in page
    assert "as the last 3 months: so far 5% off, the forecast" in page
    assert "€33.0 k" in page
    told = block(page, "data-backtest")
    assert told["s"][0]["v"] == [10, 11, 12]
    assert told["s"][1]["v"] == [9.5, 9.9, None]


def test_page_leads_to_forecasts_of_files_who_may_make_them(manager: User, log_in: LogIn) -> None:
    assert "/forecast/files/" in text(log_in(manager))
    may = RoleFactory(grants={"crm.deal.view": Reach.ALL, "analytics.forecast.view": Reach.ALL})
    assert "/forecast/files/" not in text(log_in(UserFactory(roles=[may])))


def test_horizon_shortens_the_forecast(manager: User, log_in: LogIn) -> None:
    ForecastSeriesFactory()
    assert len(block(text(log_in(manager), f"{URL}?horizon=3"), "data-forecast")["x"]) == 15


def test_nonsense_in_the_address_shows_the_usual(manager: User, log_in: LogIn) -> None:
    ForecastSeriesFactory()
    query = "?measure=x&grain=-1&part=owner:999999999999999999999&horizon=99999999999999999999"
    assert "Monthly bookings" in text(log_in(manager), URL + query)
    assert "Monthly bookings" in text(log_in(manager), f"{URL}?part=%00&horizon=²")


def test_sales_representative_sees_the_own_and_the_team_only(log_in: LogIn) -> None:
    team, other = TeamFactory(name="North"), TeamFactory(name="South")
    person = UserFactory(role="sales", team=team, name="Ada")
    for cut, key, last in (
        ("total", "", 99.0),
        ("team", str(team.pk), 41.0),
        ("team", str(other.pk), 77.0),
        ("owner", str(person.pk), 23.0),
        ("owner", str(UserFactory().pk), 88.0),
        ("source", "Fair", 66.0),
    ):
        ForecastSeriesFactory(cut=cut, key=key, values=[1.0] * 11 + [last * 1_000])
    client = log_in(person)
    page = text(client)
    assert re.findall(r'<option value="([^"]*:[^"]*)"', page) == [
        f"team:{team.pk}",
        f"owner:{person.pk}",
    ]
    for part in ("total", f"team:{other.pk}", "source:Fair"):
        shown = block(text(client, f"{URL}?part={part}"), "data-forecast")["actual"][11]
        assert shown in {41.0, 23.0}
        assert client.get(f"{FILE}?part={part}").status_code == 404
    assert "Interactions" not in re.findall(r'<nav class="seg".*?</nav>', page, re.DOTALL)[0]


def test_hidden_value_hides_bookings(log_in: LogIn) -> None:
    ForecastSeriesFactory()
    ForecastSeriesFactory(measure="deals")
    grants = {"analytics.forecast.view": Reach.ALL, "crm.deal.view": Reach.ALL}
    role = RoleFactory(grants=grants, hides=["crm.deal.amount", "crm.deal.source"])
    ForecastSeriesFactory(measure="deals", cut="source", key="Fair")
    page = text(log_in(UserFactory(roles=[role])), f"{URL}?measure=revenue&part=source:Fair")
    assert "Won deals by month" in page
    assert "Bookings" not in page
    assert 'value="source:Fair"' not in page


def test_who_sees_no_records_is_told_so(log_in: LogIn) -> None:
    ForecastSeriesFactory()
    role = RoleFactory(grants={"analytics.forecast.view": Reach.ALL})
    client = log_in(UserFactory(roles=[role]))
    assert "There is no forecast for you" in text(client)
    assert client.get(FILE).status_code == 404


def test_empty_page_says_why(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    assert "Nothing has been won yet" in text(client)
    run = JobRunFactory(
        kind="analytics.forecasts", state=RunState.INSUFFICIENT, error="Win some deals."
    )
    assert "Win some deals." in text(client)
    type(run).objects.filter(pk=run.pk).update(state=RunState.WORKING)
    assert "Forecasting right now" in text(client)


def test_short_series_says_so(manager: User, log_in: LogIn) -> None:
    ForecastSeriesFactory(
        values=[5.0],
        chosen="series_mean",
        reason="too_short",
        candidates=[],
        backtest={},
        lower=[[None] * 12] * 2,
        upper=[[None] * 12] * 2,
    )
    page = text(log_in(manager))
    assert "too short to try methods on its past" in page
    assert "Methods are tried from ten periods on" in page
    assert block(page, "data-forecast")["inner"][0] == [None] * (1 + 12 // 2)
    assert "With 1 month of history this could hardly be tried yet" in page


@pytest.mark.parametrize(
    ("serves", "last", "said"),
    [
        ("last_total", 12_000.0, "as the last 3 months; too little to try"),
        ("model", None, "sum of the forecast; the history is too short to compare"),
    ],
)
def test_short_series_has_a_total_ahead(
    manager: User, log_in: LogIn, serves: str, last: float | None, said: str
) -> None:
    errors = {"model_error": None, "last_error": None}
    total = {"steps": 3, "origins": 0, "serves": serves, "last": last, **errors}
    ForecastSeriesFactory(
        values=[4_000.0] * 3,
        chosen="series_mean",
        reason="too_short",
        candidates=[],
        backtest={"total": total},
    )
    page = text(log_in(manager))
    assert "Next 3 months together" in page
    assert said in page
    assert "too short to try methods on its past" in page


def test_long_forecast_of_a_young_series_is_doubtful(manager: User, log_in: LogIn) -> None:
    series = ForecastSeriesFactory()
    told = series.backtest | {"origins": [2, 4, 6, 9], "said": [[1.0] * 12] * 4}
    ForecastSeries.objects.update(backtest=told)
    client = log_in(manager)
    words = "With 12 months of history this could be tried no further than 6 months ahead"
    assert words in text(client, f"{URL}?horizon=12")
    assert "doubtful" not in text(client, f"{URL}?horizon=6")


@pytest.mark.parametrize("parts", [1, 30])
def test_page_asks_as_often_however_many_parts(
    manager: User, log_in: LogIn, parts: int, django_assert_max_num_queries: Any
) -> None:
    ForecastSeriesFactory()
    for _number in range(parts):
        ForecastSeriesFactory(cut="owner", key=str(UserFactory().pk))
        ForecastSeriesFactory(cut="team", key=str(TeamFactory().pk))
    client = log_in(manager)
    client.get(URL)
    with django_assert_max_num_queries(15):
        client.get(URL)


def test_file_holds_history_and_forecast(manager: User, log_in: LogIn) -> None:
    ForecastSeriesFactory()
    ForecastTargetFactory()
    answer = log_in(manager).get(f"{FILE}?horizon=3")
    rows = list(csv.reader(StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert len(rows) == 1 + 12 + 3
    assert rows[1] == ["2025-03-01", "1000.0", "", "", "", "", "", ""]
    assert rows[13] == [
        "2026-03-01",
        "",
        "10000.0",
        "8000.0",
        "12000.0",
        "6000.0",
        "14000.0",
        "12500.0",
    ]


# -- targets -------------------------------------------------------------------------------------


def this_month() -> str:
    return f"month:{timezone.localdate().replace(day=1).isoformat()}"


def test_manager_sets_changes_and_takes_away_a_target(manager: User, log_in: LogIn) -> None:
    ForecastSeriesFactory()
    client = log_in(manager)
    assert "this_month" not in text(client, TARGET)
    assert client.post(TARGET, {"period": this_month(), "amount": "5000"}).status_code == 302
    assert client.post(TARGET, {"period": this_month(), "amount": "6000"}).status_code == 302
    target = ForecastTarget.objects.get()
    assert (target.amount, target.cut, target.measure, target.set_by) == (
        6000,
        "total",
        "revenue",
        manager,
    )
    events = AuditEvent.objects.filter(action="forecast.target").order_by("pk")
    assert [event.changes["amount"] for event in events] == [[None, "5000"], ["5000.00", "6000"]]
    assert client.post(TARGET, {"period": this_month(), "amount": ""}).status_code == 302
    assert not ForecastTarget.objects.exists()
    assert AuditEvent.objects.filter(action="forecast.target.delete").count() == 1


@pytest.mark.parametrize(
    ("period", "amount"),
    [
        ("", "5"),
        ("month:2026-01-02", "5"),
        ("decade:2026-01-01", "5"),
        (None, "-1"),
        (None, "five"),
        (None, "1e400"),
        (None, "NaN"),
        (None, "9" * 30),
    ],
)
def test_nonsense_is_refused(manager: User, log_in: LogIn, period: str | None, amount: str) -> None:
    ForecastSeriesFactory()
    said = {"period": this_month() if period is None else period, "amount": amount}
    answer = log_in(manager).post(TARGET, said)
    assert answer.status_code == 422
    assert not ForecastTarget.objects.exists()


def test_sales_representative_sets_no_target(sales: User, log_in: LogIn) -> None:
    ForecastSeriesFactory(cut="owner", key=str(sales.pk))
    client = log_in(sales)
    assert client.post(TARGET, {"period": this_month(), "amount": "5"}).status_code == 403
    assert "Set a target" not in text(client)


def test_nobody_sets_a_target_of_what_they_do_not_see(log_in: LogIn) -> None:
    grants = {
        "analytics.forecast.view": Reach.ALL,
        "analytics.forecast.target": Reach.ALL,
        "crm.deal.view": Reach.OWN,
    }
    person = UserFactory(roles=[RoleFactory(grants=grants)])
    ForecastSeriesFactory()
    client = log_in(person)
    answer = client.post(TARGET, {"period": this_month(), "amount": "5"})
    assert answer.status_code == 422
    assert "cannot set its target" in answer.content.decode()
    assert not ForecastTarget.objects.exists()


def test_target_of_a_part_is_seen_with_the_part_only(manager: User, log_in: LogIn) -> None:
    team = TeamFactory()
    ForecastSeriesFactory()
    ForecastSeriesFactory(cut="team", key=str(team.pk))
    ForecastTargetFactory(cut="team", key=str(team.pk))
    client = log_in(manager)
    assert block(text(client), "data-forecast")["target"][12] is None
    page = text(client, f"{URL}?part=team:{team.pk}")
    assert block(page, "data-forecast")["target"][12] == 12.5


def test_forecast_of_an_earlier_run_that_failed_since_is_marked(
    manager: User, log_in: LogIn
) -> None:
    series = ForecastSeriesFactory()
    JobRunFactory(
        kind="analytics.forecasts",
        state=RunState.FAILED,
        error="The disk is full.",
        as_of=series.as_of + timedelta(days=1),
    )
    page = text(log_in(manager))
    assert "The last run did not succeed" in page
    assert "The disk is full." in page


def test_a_part_that_is_gone_is_not_answered_by_another_one(manager: User, log_in: LogIn) -> None:
    ForecastSeriesFactory()
    client, gone = log_in(manager), f"?part=team:{TeamFactory().pk}"
    said = {"period": this_month(), "amount": "777"}
    assert client.post(f"{TARGET}{gone}", said).status_code == 404
    assert client.get(f"{FILE}{gone}").status_code == 404
    assert not ForecastTarget.objects.exists()
    assert client.get(f"{URL}{gone}").status_code == 200, "the page shows everything, and says so"


def test_a_part_beyond_those_that_can_be_chosen_is_shown(
    manager: User, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.pages.forecast_choice.MOST_PARTS", 1)
    team = TeamFactory(name="Nordwest")
    ForecastSeriesFactory()
    ForecastSeriesFactory(cut="team", key=str(team.pk), values=[4_321.0] * 12)
    client, address = log_in(manager), f"?part=team:{team.pk}"
    assert "Nordwest" in text(client, f"{URL}{address}")
    told = b"".join(client.get(f"{FILE}{address}").streaming_content).decode()
    assert "4321" in told
