"""Forecasting a file through its pages: upload, columns, result, other methods, again, away."""

import csv
import gzip
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.models import SeriesTrial
from analytics.services.columns_of_series import MOST_DRIVERS
from analytics.tasks import forget_trial_files
from core.choices import RunState
from core.models import AuditEvent, User
from tests.analytics.files import text_of
from tests.data import data_file
from tests.factories import FileTrialFactory, SeriesTrialFactory, UserFactory
from tests.running import carry_out

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

LogIn = Callable[..., Client]
LIST = "/forecast/files/"
MONTHS = 60


def sales(months: int = MONTHS, ahead: int = 6) -> pd.DataFrame:
    """Monthly sales that a price moves by −0.8 % for each per cent; the plan goes on after the last one."""
    chance = np.random.default_rng(7)
    at = pd.date_range("2021-01-01", periods=months + ahead, freq="MS")
    price = chance.uniform(8, 12, months + ahead).round(2)
    season = 1 + 0.2 * np.sin(2 * np.pi * np.arange(months + ahead) / 12)
    sold = 4_000 * season * price**-0.8 * np.exp(chance.normal(0, 0.01, months + ahead))
    said = [f"{value:.1f}" if place < months else "" for place, value in enumerate(sold)]
    return pd.DataFrame({"month": at.strftime("%Y-%m"), "sales": said, "price": price})


def send(client: Client, content: str | bytes, name: str = "sales.csv") -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(LIST, {"file": SimpleUploadedFile(name, data)})


def uploaded(client: Client, frame: pd.DataFrame, separator: str = ",") -> SeriesTrial:
    answer = send(client, text_of(frame, separator))
    assert answer.status_code == 302, answer.context["form"].errors
    return SeriesTrial.objects.latest("pk")


def form_of(client: Client, trial: SeriesTrial, **more: Any) -> dict[str, Any]:
    """What the form of the columns sends as it is proposed, but for some fields."""
    form = client.get(reverse("series_columns", args=[trial.pk])).context["form"]
    found = {field.html_name: field.value() for field in form}
    sent = {name: value for name, value in (found | more).items() if value is not None}
    return {name: value for name, value in sent.items() if value is not False}


def tried(client: Client, frame: pd.DataFrame, **more: Any) -> SeriesTrial:
    """With its run done."""
    trial = uploaded(client, frame)
    answer = client.post(reverse("series_columns", args=[trial.pk]), form_of(client, trial, **more))
    assert answer.status_code == 302, answer.context["form"].errors
    trial.refresh_from_db()
    carry_out(trial.run)
    trial.refresh_from_db()
    return trial


def page(client: Client, trial: SeriesTrial, query: str = "") -> str:
    answer = client.get(reverse("series_detail", args=[trial.pk]) + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def rows_in(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_steps_ahead_are_the_empty_rows_of_one_series(manager: User, log_in: LogIn) -> None:
    frames = [sales(24, 6).assign(region=region) for region in ("North", "South", "West")]
    trial = uploaded(log_in(manager), pd.concat(frames))
    assert (trial.id_column, trial.horizon) == ("region", 6)


def test_file_goes_the_whole_way(manager: User, log_in: LogIn) -> None:
    """Upload, columns, watch, result with effects, another method, CSV, again, away."""
    client = log_in(manager)
    trial = uploaded(client, sales(), ";")
    assert (trial.time_column, trial.value_column) == ("month", "sales")
    assert (trial.horizon, trial.season, trial.drivers) == (6, 12, {"price": "ahead"})
    answer = client.post(reverse("series_columns", args=[trial.pk]), form_of(client, trial))
    detail = reverse("series_detail", args=[trial.pk])
    assert answer["Location"] == detail
    poll = {"HX-Request": "true", "HX-Target": "run"}
    assert client.get(detail, headers=poll).status_code == 200
    trial.refresh_from_db()
    run = carry_out(trial.run)
    assert run.state == RunState.SUCCEEDED, run.error_text
    assert client.get(detail, headers=poll)["HX-Redirect"] == detail

    trial.refresh_from_db()
    (one,) = trial.result["series"]
    assert one["serves"]["name"] == "regression"
    assert one["candidates"]["regression"]["smape"] < one["candidates"]["seasonal_naive"]["smape"]
    (effect,) = one["effects"]
    assert effect["lower"] < -0.8 < effect["upper"] < -0.6
    text = page(client, trial)
    assert re.search(r"\+1% goes along with −0\.(79|8)%? .*of sales \(−", text)
    assert "Jan 2026" in text
    assert "does not serve" not in text
    other = page(client, trial, "?method=theta&series=nonsense")
    assert "does not serve" in other
    assert "does not serve" not in page(client, trial, "?method=none&series=99")

    rows = rows_in(client.get(reverse("series_forecasts", args=[trial.pk])))
    assert rows[0] == ["month", "Forecast", "80% from", "80% to", "95% from", "95% to", "Method"]
    assert [row[0] for row in rows[1:]] == [f"2026-{month:02}" for month in range(1, 7)]
    assert all(float(row[4]) <= float(row[2]) <= float(row[1]) <= float(row[3]) for row in rows[1:])

    again = client.post(reverse("series_again", args=[trial.pk]))
    second = SeriesTrial.objects.latest("pk")
    assert again["Location"] == reverse("series_columns", args=[second.pk])
    assert (second.horizon, second.drivers) == (6, {"price": "ahead"})
    assert client.post(reverse("series_delete", args=[trial.pk])).status_code == 302
    assert not SeriesTrial.objects.filter(pk=trial.pk).exists()
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {f"series_trial.{act}" for act in ("upload", "start", "copy", "delete")} <= actions


def test_driver_of_the_past_counts_one_horizon_later(manager: User, log_in: LogIn) -> None:
    """Sales follow what was spent three months before; the file ends with the last value."""
    chance = np.random.default_rng(2)
    spend = chance.gamma(2, 50, 72)
    sold = 500 + 2 * np.r_[spend[:3], spend[:-3]] + chance.normal(0, 10, 72)
    frame = pd.DataFrame({"t": range(72), "y": sold.round(2), "spend": spend.round(2)})
    trial = tried(log_in(manager), frame, horizon=3, season=1)
    assert trial.drivers == {"spend": "past"}
    (one,) = trial.result["series"]
    assert one["serves"]["name"] == "regression"
    assert one["effects"][0]["lag"] == 3
    assert one["effects"][0]["lower"] > 0
    text = page(log_in(manager), trial)
    assert "what it was 3 steps before counts" in text
    assert "3 steps later" in text


def refused() -> dict[str, tuple[pd.DataFrame, dict[str, Any], str]]:
    """Files that no run can forecast, what is chosen, and the sentence."""
    good = sales()
    partly = good.assign(price=[*good["price"][:-3], "", "", ""])
    scattered = good.assign(
        price=[price if place % 3 == 0 else "" for place, price in enumerate(good["price"])]
    )
    return {
        "too short": (good.head(3), {"horizon": 2}, "values in it 3, needed at least 4"),
        "constant": (
            good.assign(sales="5"),
            {"horizon": 2, "use-2": ""},
            "All values are the same",
        ),
        "driver ends too early": (partly, {}, "is filled in for 3 of the 6 steps ahead"),
        "driver is missing": (good, {"horizon": 12}, "is filled in for 6 of the 12 steps ahead"),
        "driver is scattered": (scattered, {"use-2": "past"}, "less than half of the periods"),
        "uneven": (
            pd.DataFrame({"t": [1, 2, 3, 4, 60, 61, 200], "y": [1, 2, 3, 4, 5, 6, 7]}),
            {"horizon": 2},
            "More than half of the periods have no value",
        ),
    }


@pytest.mark.parametrize("name", list(refused()))
def test_file_that_cannot_be_forecast_gets_a_sentence(
    name: str, manager: User, log_in: LogIn
) -> None:
    frame, chosen, sentence = refused()[name]
    client = log_in(manager)
    trial = tried(client, frame, **chosen)
    assert trial.run.state == RunState.FAILED
    assert not trial.result
    text = page(client, trial)
    assert sentence in text
    assert reverse("series_columns", args=[trial.pk]) in text


def test_choices_that_make_no_sense_get_a_sentence(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    frame = sales().assign(**{f"d{number}": range(66) for number in range(MOST_DRIVERS)})
    trial = uploaded(client, frame)
    url = reverse("series_columns", args=[trial.pk])
    for sent, sentence in (
        (form_of(client, trial, time=""), "Choose the column that says when."),
        (form_of(client, trial, value=0), "Choose the column that is forecast."),
        (form_of(client, trial, time=1), "columns of their own"),
        (form_of(client, trial, horizon=0), "greater than or equal to 1"),
        (form_of(client, trial, horizon="many"), "whole number"),
        (form_of(client, trial, season=9_999), "less than or equal to 366"),
        (
            form_of(client, trial, **{f"use-{place}": "past" for place in range(2, 11)}),
            "8 drivers at most",
        ),
        ({}, "Choose the column that says when."),
    ):
        answer = client.post(url, sent)
        assert answer.status_code == 422
        assert sentence in answer.content.decode(), sent
    assert SeriesTrial.objects.get().run is None


def test_file_without_times_or_numbers_is_told(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    words = uploaded(client, pd.DataFrame({"name": ["a", "b"], "place": ["x", "y"]}))
    text = client.get(reverse("series_columns", args=[words.pk])).content.decode()
    assert "there is nothing to forecast" in text
    no_dates = pd.DataFrame({"day": ["soon", "later", "x"], "y": [1, 2, 3]})
    trial = uploaded(client, no_dates)
    assert trial.time_column == ""
    sent = form_of(client, trial) | {"value": 1}
    answer = client.post(reverse("series_columns", args=[trial.pk]), sent)
    assert "Choose the column that says when." in answer.content.decode()


def test_several_series_at_most_twenty(manager: User, log_in: LogIn) -> None:
    frame = pd.concat(
        [sales(24, 0)[["month", "sales"]].assign(product=f"=P{number}") for number in range(23)],
        ignore_index=True,
    )
    frame.loc[frame["product"] == "=P1", "sales"] = "7"
    trial = tried(log_in(manager), frame, horizon=2)
    assert trial.id_column == "product"
    assert len(trial.result["series"]) == 19
    assert [each["name"] for each in trial.result["left_out"]] == ["=P1"]
    assert trial.result["more"] == 3
    client = log_in(manager)
    text = page(client, trial, "?series=2")
    assert "3 more series" in text
    assert "All values are the same" in text
    rows = rows_in(client.get(reverse("series_forecasts", args=[trial.pk])))
    assert rows[1][0] == "'=P0"
    assert len(rows) == 1 + 19 * 2


def test_short_series_says_what_can_be_said(manager: User, log_in: LogIn) -> None:
    trial = tried(log_in(manager), sales(8, 0).drop(columns="price"), horizon=2)
    (one,) = trial.result["series"]
    assert (one["serves"]["name"], one["candidates"]) == ("series_mean", {})
    assert "Fewer than ten values" in page(log_in(manager), trial)


def test_packed_and_padded_files_are_read(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    rows = "month      sales  price\n" + "".join(
        f"{month:<9}{value:>7}{price:>7}\n" for month, value, price in sales(24, 0).to_numpy()
    )
    answer = send(client, gzip.compress(rows.encode()), "sales.txt.gz")
    assert answer.status_code == 302, answer.context["form"].errors
    trial = SeriesTrial.objects.get()
    assert (trial.rows, trial.value_column, trial.file_name) == (24, "sales", "sales.txt.gz")
    broken = send(client, gzip.compress(rows.encode())[:-20], "sales.csv.gz")
    assert broken.status_code == 422
    assert "damaged" in str(broken.context["form"].errors)
    assert SeriesTrial.objects.count() == 1


def test_packed_file_cannot_grow_without_end(manager: User, log_in: LogIn, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 100_000
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * 100_000)
    answer = send(log_in(manager), bomb, "b.csv.gz")
    assert answer.status_code == 422
    assert "Unpacked" in str(answer.context["form"].errors)


def test_public_series_are_not_worse_than_the_floor(manager: User, log_in: LogIn) -> None:
    """What serves is closer than a season ago where that is not what serves."""
    frame = pd.read_csv(data_file("air_passengers.csv"), dtype=str)
    trial = tried(log_in(manager), frame)
    (one,) = trial.result["series"]
    errors = {name: row["smape"] for name, row in one["candidates"].items()}
    assert errors[one["serves"]["name"]] < errors["seasonal_naive"]
    assert {"regression", "network", "mean"} <= set(errors)


def test_forecasts_are_their_askers_and_the_administrators(
    manager: User, administrator: User, sales: User, log_in: LogIn
) -> None:
    trial = SeriesTrialFactory(created_by=manager, done=True)
    url = reverse("series_detail", args=[trial.pk])
    assert log_in(UserFactory(role="manager")).get(url).status_code == 404
    assert log_in(administrator).get(url).status_code == 200
    assert log_in(sales).get(LIST).status_code == 403
    other = log_in(UserFactory(role="marketing"))
    assert other.post(reverse("series_delete", args=[trial.pk])).status_code == 404


def test_files_go_after_some_days_and_figures_stay(manager: User, log_in: LogIn) -> None:
    """Those of trials of the score, too: one task looks after both."""
    long_ago = timezone.now() - timedelta(days=8)
    old = SeriesTrialFactory(created_by=manager, done=True, result={"x": 1}, created_at=long_ago)
    young = SeriesTrialFactory(created_by=manager, done=True)
    SeriesTrial.objects.filter(pk=young.pk).update(created_at=timezone.now())
    abandoned = SeriesTrialFactory(created_by=manager, created_at=long_ago)
    score = FileTrialFactory(created_by=manager, done=True, created_at=long_ago)
    gone = [old.file.name, old.predictions.name, abandoned.file.name, score.file.name]
    forget_trial_files()
    old.refresh_from_db()
    assert (bool(old.file), bool(old.predictions), old.result) == (False, False, {"x": 1})
    assert not SeriesTrial.objects.filter(pk=abandoned.pk).exists()
    assert not any(default_storage.exists(name) for name in gone)
    assert default_storage.exists(young.file.name)


def test_page_asks_few_questions(
    manager: User, log_in: LogIn, django_assert_max_num_queries: Any
) -> None:
    trial = tried(log_in(manager), sales())
    client = log_in(manager)
    for url in (LIST, reverse("series_detail", args=[trial.pk])):
        client.get(url)
        with django_assert_max_num_queries(15):
            assert client.get(url).status_code == 200
