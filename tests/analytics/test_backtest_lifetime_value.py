"""Lifetime value tried on files: figures as JSON, nothing withheld is known, bad files get a sentence."""

import io
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from tests.data import data_file

pytestmark = pytest.mark.embedded

COLUMNS = {"customer": "who", "time": "day", "value": "paid"}
CDNOW = {"customer": "customer_id", "time": "date", "value": "dollar_value"}


def backtest(
    path: Path, holdout: str = "2025-10-01", columns: dict[str, str] = COLUMNS
) -> dict[str, Any]:
    out = io.StringIO()
    named = [part for name, column in columns.items() for part in (f"--{name}-column", column)]
    call_command(
        "backtest",
        "lifetime_value",
        "--csv",
        str(path),
        *named,
        "--holdout-from",
        holdout,
        "--json",
        stdout=out,
    )
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def purchases(customers: int = 600, seed: int = 1) -> pd.DataFrame:
    """Of a year; a third of the customers never come back."""
    random = np.random.default_rng(seed)
    rows = []
    for who, rate in enumerate(random.gamma(0.9, 0.25, customers)):
        weeks = np.cumsum([random.uniform(0, 12), *random.exponential(1 / rate, 60)])
        bought = weeks[weeks < 52][: 1 + random.geometric(0.2)]
        level = 40 / random.gamma(4.0)
        rows += [(f"c{who}", week, level * random.gamma(6.0)) for week in bought]
    frame = pd.DataFrame(rows, columns=["who", "week", "paid"])
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta((frame["week"] * 7).round(), unit="D")
    return pd.DataFrame(
        {"who": frame["who"], "day": days.dt.strftime("%Y-%m-%d"), "paid": frame["paid"].round(2)}
    )


def written(folder: Path, frame: pd.DataFrame) -> Path:
    path = folder / "purchases.csv"
    frame.to_csv(path, index=False)
    return path


def test_figures_of_a_file(tmp_path: Path) -> None:
    found = backtest(written(tmp_path, purchases()))
    assert set(found["parameters"]) == {"r", "alpha", "a", "b", "p", "q", "v"}
    assert {"total_error", "rmse", "spearman", "coverage80", "value_total_error"} <= set(found)
    assert found["customers"] == 600
    assert abs(found["total_error"]) < 0.3
    assert found["spearman"] > 0.3
    assert found["expected_low"] < found["expected"] < found["expected_high"]
    assert found["total_error"] == pytest.approx(found["expected"] / found["actual"] - 1)
    assert found["notes"] == []


def test_what_is_withheld_is_not_known(tmp_path: Path) -> None:
    frame = purchases()
    before = backtest(written(tmp_path, frame))
    changed = frame[(frame["day"] < "2025-10-01") | (frame["who"] < "c3")]
    after = backtest(written(tmp_path, changed))
    assert after["parameters"] == before["parameters"]
    assert after["expected"] == pytest.approx(before["expected"], rel=0.03)
    assert after["actual"] < before["actual"]


def test_days_by_number_and_rows_that_say_too_little(tmp_path: Path) -> None:
    frame = purchases()
    days = pd.to_datetime(frame["day"])
    numbered = frame.assign(day=(days - pd.Timestamp("1970-01-01")).dt.days)
    by_date = backtest(written(tmp_path, frame))
    assert backtest(written(tmp_path, numbered))["parameters"] == by_date["parameters"]
    blank = pd.DataFrame({"who": ["", "c1"], "day": ["2025-02-01", ""], "paid": [1.0, 2.0]})
    told = backtest(written(tmp_path, pd.concat([frame, blank])))
    assert told["parameters"] == by_date["parameters"]
    assert told["notes"] == ["2 rows name no customer or no day; they are left out."]


def test_without_values_counts_are_foretold(tmp_path: Path) -> None:
    found = backtest(written(tmp_path, purchases().assign(paid="")))
    assert (found["parameters"]["p"], found["parameters"]["q"]) == (None, None)
    assert "value_total_error" not in found
    assert "spent something" in found["notes"][0]


@pytest.mark.parametrize(
    ("change", "holdout", "sentence"),
    [
        ({}, "2026-06-01", "on or after 2026-06-01; the last one is of 2025-12"),
        ({}, "2024-06-01", "Nobody of the file bought before 2024-06-01"),
        ({}, "2025-01-05", "came back before 2025-01-05; 30 are needed"),
        ({"day": "soon"}, "2025-10-01", "neither numbers nor dates"),
        ({"who": None}, "2025-10-01", "no column “who”"),
    ],
)
def test_file_that_cannot_be_tried_gets_a_sentence(
    tmp_path: Path, change: dict[str, Any], holdout: str, sentence: str
) -> None:
    frame = purchases(200)
    for column, value in change.items():
        frame = frame.drop(columns=column) if value is None else frame.assign(**{column: value})
    with pytest.raises(CommandError, match=sentence):
        backtest(written(tmp_path, frame), holdout)


def test_column_named_twice_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="named twice"):
        backtest(written(tmp_path, purchases(50)), columns={**COLUMNS, "value": "day"})


def test_cdnow_as_published() -> None:
    """All 23,570 customers, from the file as it was published: columns padded with blanks."""
    began = time.monotonic()
    found = backtest(data_file("cdnow/CDNOW_master.txt"), "1997-10-01", CDNOW)
    print({**found, "seconds": time.monotonic() - began})
    assert found["customers"] == 23_570
    assert abs(found["total_error"]) <= 0.15


def test_cdnow_sample(tmp_path: Path) -> None:
    rows = data_file("cdnow/CDNOW_sample.txt").read_text().split("\n")
    path = tmp_path / "sample.csv"
    lines = [",".join(row.split()[1:]) for row in rows if row]
    path.write_text("\n".join(["customer_id,date,cds,dollar_value", *lines]))
    found = backtest(path, "1997-10-01", CDNOW)
    print(found)
    said = [found["parameters"][name] for name in ("r", "alpha", "a", "b")]
    assert said == pytest.approx([0.243, 4.414, 0.793, 2.426], rel=0.005)
    assert abs(found["total_error"]) <= 0.15
    assert found["rmse"] <= 1.65
    assert found["coverage80"] >= 0.8
