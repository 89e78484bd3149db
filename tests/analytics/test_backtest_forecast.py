"""Forecasts tried on files: figures as JSON, nothing withheld is known, bad files get a sentence."""

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from analytics.jobs.forecast_backtest import SeriesQuestion, backtest_forecasts
from analytics.methods.forecasting.pool import MEAN, POOL
from tests.analytics.methods.forecasting.data import made
from tests.data import REPOSITORY, data_file

pytestmark = pytest.mark.embedded

FIGURES = {"smape", "mase", "owa", "coverage80", "coverage95", "seconds_per_series"}
COLUMNS = ("--id-column", "id", "--time-column", "t", "--value-column", "y")


def backtest(path: Path, *more: str, columns: tuple[str, ...] = COLUMNS) -> dict[str, Any]:
    out = io.StringIO()
    steps = () if "--horizon" in more else ("--horizon", "4", "--season", "4")
    call_command(
        "backtest", "forecast", "--csv", str(path), *columns, *steps, *more, "--json", stdout=out
    )
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def table(series: int = 3, length: int = 40) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"id": f"s{number}", "t": range(length), "y": made(length, number)})
        for number in range(series)
    ]
    return pd.concat(parts, ignore_index=True)


def written(folder: Path, frame: pd.DataFrame, name: str = "series.csv") -> Path:
    path = folder / name
    frame.to_csv(path, index=False)
    return path


def without_seconds(found: dict[str, Any]) -> dict[str, Any]:
    for row in [found["chosen"], *found["candidates"].values()]:
        row.pop("seconds_per_series")
    return found


def test_figures_of_all_candidates(tmp_path: Path) -> None:
    found = backtest(written(tmp_path, table()))
    assert list(found)[:3] == ["chosen", "candidates", "series"]
    assert found["series"] == 3
    assert set(found["chosen"]) == FIGURES
    assert set(found["candidates"]) == {*POOL, MEAN}
    assert all(set(row) == FIGURES for row in found["candidates"].values())
    assert found["candidates"]["naive2"]["owa"] == pytest.approx(1)
    assert 0 < found["chosen"]["owa"] < 1
    assert sum(found["served"].values()) == 3


def test_choice_does_not_know_what_is_withheld(tmp_path: Path) -> None:
    """Other values in the last steps change the figures, not what serves nor its forecast."""
    frame = table(6)
    turned = frame.assign(y=frame["y"].where(frame["t"] < 36, -frame["y"]))
    first = backtest(written(tmp_path, frame))
    second = backtest(written(tmp_path, turned))
    assert first["served"] == second["served"]
    assert second["chosen"]["smape"] > 150, "the forecast goes on as before"


def test_order_of_rows_and_packing_do_not_matter(tmp_path: Path) -> None:
    frame = table()
    mixed = frame.sample(frac=1, random_state=1)
    path = written(tmp_path, mixed)
    packed = tmp_path / "series.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    first = without_seconds(backtest(written(tmp_path, frame, "sorted.csv")))
    for again in (backtest(path), backtest(packed)):
        assert without_seconds(again)["chosen"] == pytest.approx(first["chosen"])
        assert again["served"] == first["served"]


@pytest.mark.parametrize(
    ("frequency", "form"),
    [("MS", "%Y-%m"), ("ME", "%d.%m.%Y"), ("W", "%Y-%m-%d"), ("B", "%m/%d/%Y"), ("D", "%Y%m%d")],
)
def test_dates_of_all_kinds_are_read(tmp_path: Path, frequency: str, form: str) -> None:
    days = pd.date_range("2019-01-31", periods=40, freq=frequency).strftime(form)
    frame = table(1).assign(t=days)
    expected = without_seconds(backtest(written(tmp_path, table(1), "numbers.csv")))
    assert without_seconds(backtest(written(tmp_path, frame))) == expected


def test_numbers_of_other_locales_are_read(tmp_path: Path) -> None:
    frame = table(1)
    german = [f"{value * 1000:,.2f}".translate(str.maketrans(",.", ".,")) for value in frame["y"]]
    path = tmp_path / "series.csv"
    frame.assign(y=german).to_csv(path, index=False, sep=";")
    found = backtest(path)["chosen"]
    assert found["mase"] == pytest.approx(
        backtest(written(tmp_path, frame))["chosen"]["mase"], 1e-3
    )


def test_file_of_one_series_needs_no_name(tmp_path: Path) -> None:
    path = written(tmp_path, table(1).drop(columns="id"))
    assert backtest(path, columns=COLUMNS[2:])["series"] == 1


def test_only_the_first_series(tmp_path: Path) -> None:
    assert backtest(written(tmp_path, table()), "--max-series", "2")["series"] == 2


def test_gaps_duplicates_and_short_series_are_told(tmp_path: Path) -> None:
    frame = table(2)
    frame = frame[frame["t"] != 7]
    short = pd.DataFrame({"id": "short", "t": range(4), "y": 1.0})
    scattered = pd.DataFrame({"id": "scattered", "t": np.arange(30) ** 2, "y": 1.0})
    brief = pd.DataFrame({"id": "brief", "t": range(9), "y": [3, 4, 5, 4, 3, 4, 5, 4, 3]})
    rows = [frame, frame.head(1), short, scattered, brief]
    found = backtest(written(tmp_path, pd.concat(rows)))
    assert found["series"] == 3
    assert found["left_out"] == {"too_short": 1, "uneven_times": 1}
    assert found["served"]["series_mean"] == 1
    assert found["notes"] == [
        "2 periods without a value were filled in from their neighbours.",
        "1 value stood beside another one of its period; they count with their mean.",
        "1 series has no more values than are withheld; it is left out.",
        "1 series has a value in less than half of its periods; it is left out.",
    ]


def test_gaps_among_withheld_values_are_forecast_further(tmp_path: Path) -> None:
    step = np.arange(40)
    frame = pd.DataFrame({"id": "a", "t": step, "y": np.tile([10.0, 20.0, 30.0, 40.0], 10)})
    found = backtest(written(tmp_path, frame[~frame["t"].isin([36, 38])]))
    assert found["chosen"]["smape"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_constant_has_no_figures_that_divide_by_its_changes(tmp_path: Path, value: float) -> None:
    found = backtest(written(tmp_path, table(1).assign(y=value)))
    assert found["chosen"]["smape"] == pytest.approx(0, abs=1e-9)
    assert found["chosen"]["coverage95"] == 1
    assert found["chosen"]["mase"] is None
    assert found["chosen"]["owa"] is None
    out = io.StringIO()
    path = str(tmp_path / "series.csv")
    steps = ("--horizon", "4", "--season", "4")
    call_command("backtest", "forecast", "--csv", path, *COLUMNS, *steps, stdout=out)
    assert "mase –" in out.getvalue()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--id-column", "nowhere"), "no column “nowhere”"),
        (("--value-column", "id"), "named twice"),
        (("--value-column", "word"), "holds no numbers"),
        (("--time-column", "word"), "neither numbers nor dates"),
        (("--horizon", "0", "--season", "4"), "must be at least 1"),
        (("--horizon", "4", "--season", "0"), "must be at least 1"),
        (("--max-series", "0"), "must be at least 1"),
        (("--horizon", "90", "--season", "4"), "91 values evenly spaced in time are needed"),
    ],
)
def test_question_that_does_not_fit_gets_a_sentence(
    tmp_path: Path, more: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        backtest(written(tmp_path, table().assign(word="x")), *more)


def test_damaged_file_gets_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "series.csv.gz"
    path.write_bytes(gzip.compress(b"id,t,y\n" * 1_000)[:-20])
    with pytest.raises(CommandError, match="damaged"):
        backtest(path)
    path.write_bytes(b"no archive")
    with pytest.raises(CommandError, match="gzip"):
        backtest(path)


START = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
import django
django.setup()
import analytics.jobs.forecast_backtest
print(*sorted({"statsmodels", "lightgbm", "sklearn"} & set(sys.modules)))
"""


def test_forecasting_loads_nothing_that_it_does_not_need() -> None:
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def public(name: str, horizon: int, season: int, *, most: int | None = None) -> dict[str, Any]:
    frame = pd.read_csv(data_file(name), dtype=str, keep_default_na=False)
    question = SeriesQuestion("t", "y", horizon, season, "unique_id", most)
    found = backtest_forecasts(frame, question)
    print(name, {key: found[key] for key in ("chosen", "candidates", "served")})
    return found


def test_first_series_of_m3_monthly() -> None:
    """A small sample of the proof below."""
    found = public("m3_monthly_a.csv.gz", 18, 12, most=12)["chosen"]
    assert found["owa"] <= 0.9
    assert found["coverage95"] >= 0.85


@pytest.mark.acceptance
def test_m3_monthly() -> None:
    found = public("m3_monthly_a.csv.gz", 18, 12)
    chosen = found["chosen"]
    assert found["series"] == 713
    assert chosen["owa"] <= 0.80
    assert chosen["smape"] <= 13.7
    assert 0.78 <= chosen["coverage80"] <= 0.84
    assert 0.93 <= chosen["coverage95"] <= 0.97


@pytest.mark.acceptance
def test_m4_weekly() -> None:
    found = public("m4_weekly_a.csv.gz", 13, 52)
    assert found["series"] == 180
    assert found["chosen"]["owa"] <= 0.90
    assert 0.78 <= found["chosen"]["coverage80"] <= 0.84
    assert 0.93 <= found["chosen"]["coverage95"] <= 0.97


@pytest.mark.acceptance
@pytest.mark.parametrize("kind", ["noise", "walk", "season"])
def test_made_series_of_which_the_best_is_known(kind: str) -> None:
    """Never clearly worse than the best there can be, and bands that hold their share.

    They may hold more: a season that is always the same is known better now than at the origins.
    """
    chance = np.random.default_rng(11)
    parts = []
    for number in range(150):
        noise = chance.normal(size=72)
        step = np.arange(72)
        y = {
            "noise": 50 + noise,
            "walk": 50 + np.cumsum(noise),
            "season": 50 + 5 * np.sin(2 * np.pi * step / 12) + noise,
        }[kind]
        parts.append(pd.DataFrame({"id": str(number), "t": step, "y": y}))
    frame = pd.concat(parts, ignore_index=True).astype(str)
    found = backtest_forecasts(frame, SeriesQuestion("t", "y", 12, 12, "id"))
    print(kind, found["chosen"], found["served"])
    best = {"noise": 0.85, "walk": 1.08, "season": 0.85}[kind]
    assert found["chosen"]["owa"] <= best
    assert 0.75 <= found["chosen"]["coverage80"] <= 0.94
    assert found["chosen"]["coverage95"] >= 0.94


@pytest.mark.parametrize("horizon", [4, 8, 13])
def test_drivers_beat_what_knows_none(horizon: int, capsys: Any) -> None:
    """Weekly sales with two kinds of promotions: the last weeks withheld, their promotions known."""
    path = data_file("promo_weekly.csv")
    steps = ("--horizon", str(horizon), "--season", "52")
    columns = ("--time-column", "week", "--value-column", "sales")
    found = backtest(path, *steps, "--drivers", "Promo1, Promo2", columns=columns)
    plain = backtest(path, *steps, columns=columns)
    assert found["served"] == {"regression": 1}
    assert {"regression", "network"} == set(found["candidates"]) - set(plain["candidates"])
    with capsys.disabled():
        print(f"\npromo_weekly, {horizon} weeks: {found['chosen']['smape']:.2f} with promotions")
    assert found["chosen"]["mase"] < min(row["mase"] for row in plain["candidates"].values())
    assert found["chosen"]["mase"] < plain["chosen"]["mase"]


def test_driver_that_is_missing_or_no_number_is_told(tmp_path: Path) -> None:
    frame = table(1).assign(word="x", rare=[1.0, *[np.nan] * 39])
    path = written(tmp_path, frame)
    for name, sentence in (("price", "no column"), ("word", "no numbers"), ("rare", "No series")):
        with pytest.raises(CommandError, match=sentence):
            backtest(path, "--drivers", name)
