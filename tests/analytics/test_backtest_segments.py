"""Segments tried on files: figures as JSON; bad files get a sentence."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from tests.analytics.methods.segmentation.test_segmentation import groups, shuffled
from tests.data import data_file

pytestmark = pytest.mark.embedded

COLUMNS = "recency,frequency,value"


def backtest(path: Path, columns: str = COLUMNS, *more: str) -> dict[str, Any]:
    out = io.StringIO()
    named = ("--csv", str(path), "--columns", columns)
    call_command("backtest", "segments", *named, *more, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def written(folder: Path, frame: pd.DataFrame) -> Path:
    path = folder / "customers.csv"
    frame.to_csv(path, index=False)
    return path


def test_segments_of_a_file(tmp_path: Path) -> None:
    frame, truth = groups()
    found = backtest(written(tmp_path, frame))
    assert (found["k"], found["rows"], found["notes"]) == (4, len(truth), [])
    assert found["stability"] > 0.9
    assert found["silhouette"] > found["shuffled_silhouette"]
    assert [row["k"] for row in found["tried"]] == [2, 3, 4, 5, 6, 7, 8]
    assert sum(segment["rows"] for segment in found["segments"]) == len(truth)
    assert all(segment["rows"] > 100 for segment in found["segments"])
    recency = sorted(segment["centre"]["recency"] for segment in found["segments"])
    assert recency == pytest.approx([10, 10, 80, 80], abs=5)
    assert all(len(segment["sets_apart"]) == 3 for segment in found["segments"])
    again = backtest(written(tmp_path, frame), COLUMNS, "--seed", "1")
    assert again["k"] == 4


def test_shuffled_columns_have_no_stable_segments(tmp_path: Path) -> None:
    found = backtest(written(tmp_path, shuffled(groups()[0], 1)))
    assert (found["k"], found["segments"]) == (None, [])
    assert "No stable segments" in found["notes"][0]


def test_columns_that_say_nothing_are_told(tmp_path: Path) -> None:
    frame, _truth = groups()
    path = written(tmp_path, frame.assign(country="DE", one=1))
    found = backtest(path, f"{COLUMNS}, country ,one")
    assert found["left_out"] == ["country", "one"]
    assert "country, one" in found["notes"][0]


@pytest.mark.parametrize(
    ("rows", "columns", "sentence"),
    [
        (480, "recency,age", "no column “age”"),
        (480, " , ", "at least one column"),
        (30, COLUMNS, "has 30 rows; 100 are needed"),
        (480, "name", "None of the columns holds numbers"),
    ],
)
def test_file_that_cannot_be_tried_gets_a_sentence(
    tmp_path: Path, rows: int, columns: str, sentence: str
) -> None:
    frame, _truth = groups()
    path = written(tmp_path, frame.assign(name="Ada").head(rows))
    with pytest.raises(CommandError, match=sentence):
        backtest(path, columns)


def test_figures_are_told_in_words(tmp_path: Path) -> None:
    out = io.StringIO()
    path = str(written(tmp_path, groups()[0]))
    call_command("backtest", "segments", "--csv", path, "--columns", COLUMNS, stdout=out)
    assert "480 rows, segments: 4" in out.getvalue()


@pytest.mark.acceptance
def test_personalities_by_all_their_columns(tmp_path: Path) -> None:
    """Twenty columns, with spaces and gaps as they came."""
    path = data_file("customer-personality/marketing_campaign.csv")
    table = pd.read_csv(path, sep=None, engine="python")
    numbers = table.select_dtypes("number").columns.difference(["ID", "Response"])
    found = backtest(path, ",".join(numbers))
    print(found)
    assert found["k"] >= 2
    assert set(found["left_out"]) == {"Z_CostContact", "Z_Revenue"}
    assert np.isfinite(found["silhouette"])
