"""The lead score tried on files: figures as JSON, suspects, fairness; bad files get a sentence."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from analytics.methods.candidates import GROWN, LOGISTIC
from tests.analytics.files import degenerate, made, odd_columns
from tests.data import LATE_FIELDS, data_file

pytestmark = pytest.mark.embedded

FIGURES = {"roc_auc", "pr_auc", "log_loss", "brier", "ece", "lift_top20", "seconds"}


def backtest(path: Path, *more: str, target: str = "Converted") -> dict[str, Any]:
    out = io.StringIO()
    call_command(
        "backtest",
        "lead_score",
        "--csv",
        str(path),
        "--target",
        target,
        "--json",
        *more,
        stdout=out,
    )
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def written(folder: Path, frame: pd.DataFrame, separator: str = ",") -> Path:
    path = folder / "leads.csv"
    frame.to_csv(path, index=False, sep=separator)
    return path


def test_figures_of_all_candidates(every_method: None, tmp_path: Path) -> None:
    frame = made(region=np.resize(["north", "south"], 1_200))
    path = written(tmp_path, frame, ";")
    found = backtest(path, "--group", "region", "--exclude", "opted_in, minutes")
    assert set(found["candidates"]) == {LOGISTIC, *GROWN}
    assert all(set(row) == FIGURES for row in found["candidates"].values())
    assert found["chosen"] in found["candidates"]
    assert (found["rows"], found["validation"]) == (1_200, "stratified")
    assert found["positives"] == frame["Converted"].sum()
    groups = found["fairness"]["groups"]
    assert [(row["group"], row["n"]) for row in groups] == [("north", 600), ("south", 600)]
    assert 0 < found["fairness"]["ratio"] <= 1
    assert found == backtest_without_seconds(found, path)


def backtest_without_seconds(found: dict[str, Any], path: Path) -> dict[str, Any]:
    """The same again, with the seconds of the first time."""
    again = backtest(path, "--group", "region", "--exclude", "opted_in, minutes")
    for name, row in again["candidates"].items():
        row["seconds"] = found["candidates"][name]["seconds"]
    return again


@pytest.mark.parametrize("written_as", ["number", "day"])
def test_last_rows_are_tested_on_the_first(tmp_path: Path, written_as: str) -> None:
    days = pd.date_range("2024-01-01", periods=1_000, freq="D")
    moment = days.strftime("%d.%m.%Y") if written_as == "day" else np.arange(1_000)
    frame = made(1_000, when=moment).sample(frac=1, random_state=0)
    found = backtest(written(tmp_path, frame), "--time-column", "when")
    assert found["validation"] == "holdout"
    assert "when" not in {one["field"] for one in found["suspected"] + found["left_out"]}


def test_yes_and_no_are_read_in_chinese(tmp_path: Path) -> None:
    frame = made()
    frame["成交"] = frame.pop("Converted").map({1: "是", 0: "否"})
    assert backtest(written(tmp_path, frame), target="成交")["rows"] == 1_200


def test_outcome_that_slipped_in_is_suspected(tmp_path: Path) -> None:
    frame = made()
    frame["result"] = frame["Converted"].map({1: "signed", 0: "gone"})
    found = backtest(written(tmp_path, frame))
    (one,) = [one for one in found["suspected"] if one["field"] == "result"]
    assert one["severity"] == "strong"
    assert "separates_alone" in one["codes"]
    assert "tells the outcome all by itself" in one["reason"]
    assert found["candidates"][found["chosen"]]["roc_auc"] < 0.9


def test_equal_rows_are_counted(tmp_path: Path) -> None:
    frame = made(600)
    twice = pd.concat([frame, frame], ignore_index=True)
    once, both = backtest(written(tmp_path, frame)), backtest(written(tmp_path, twice))
    assert both["equal_rows"] >= 600 + once["equal_rows"]
    assert set(both["without_equal_rows"]) == FIGURES - {"lift_top20", "seconds"}
    assert both["without_equal_rows"] != both["candidates"][both["chosen"]]


def test_odd_columns_are_left_out_with_a_reason(tmp_path: Path) -> None:
    frame = made(1_200, **odd_columns(1_200))
    found = backtest(written(tmp_path, frame))
    codes = {one["field"]: one["code"] for one in found["left_out"]}
    assert codes == {name: name for name in odd_columns(1_200)}
    assert all(" " in one["reason"] for one in found["left_out"]), "in words"


def test_permuted_outcomes_are_said_to_tell_nothing(tmp_path: Path) -> None:
    frame = made(1_500)
    frame["Converted"] = np.random.default_rng(3).permutation(frame["Converted"])
    assert not backtest(written(tmp_path, frame))["has_signal"]
    out = io.StringIO()
    arguments = ["lead_score", "--csv", str(tmp_path / "leads.csv"), "--target", "Converted"]
    call_command("backtest", *arguments, stdout=out)
    assert "No usable signal" in out.getvalue()


@pytest.mark.parametrize("name", list(degenerate()))
def test_degenerate_file_gets_a_sentence(tmp_path: Path, name: str) -> None:
    frame, sentence = degenerate()[name]
    with pytest.raises(CommandError, match=sentence):
        backtest(written(tmp_path, frame))


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--exclude", "nowhere"), "no column “nowhere”"),
        (("--time-column", "source"), "neither numbers nor dates"),
        (("--time-column", "Converted"), "cannot be the time as well"),
        (("--group", "nowhere"), "no column “nowhere”"),
        (("--positive", "maybe"), "ended the same way"),
    ],
)
def test_question_that_does_not_fit_the_file_gets_a_sentence(
    tmp_path: Path, more: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        backtest(written(tmp_path, made(300)), *more)


def test_values_of_the_target_are_told(tmp_path: Path) -> None:
    """Won and lost are known; of other words one says which counts as converted."""
    frame = made(300)
    won = frame.pop("Converted")
    path = written(tmp_path, frame.assign(Converted=won.map({1: "Closed Won", 0: "Closed Lost"})))
    assert backtest(path)["positives"] == won.sum()
    path = written(tmp_path, frame.assign(Converted=won.map({1: "Gold", 0: "Tin"})))
    assert backtest(path, "--positive", "Gold")["positives"] == won.sum()


def test_json_is_what_programs_were_promised(tmp_path: Path) -> None:
    found = backtest(written(tmp_path, made(300)))
    promised = ["chosen", "candidates", "suspected", "fairness", "rows", "positives", "validation"]
    assert list(found)[: len(promised)] == promised
    assert found["fairness"] is None
    assert all({"field", "reason"} <= set(one) for one in found["suspected"])


def test_what_is_said_beside_the_figures_is_said_in_sentences(tmp_path: Path) -> None:
    frame = made(600)
    frame.loc[:9, "Converted"] = None
    found = backtest(written(tmp_path, pd.concat([frame, frame], ignore_index=True)))
    equal, without = found["notes"]
    assert "equal another one" in equal
    assert without == "20 rows do not say whether they converted; they are left out."


def test_file_that_is_none_gets_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\0\0")
    with pytest.raises(CommandError, match="not a text file"):
        backtest(path)


LATE = ",".join((*LATE_FIELDS, "Prospect ID", "Lead Number"))


@pytest.mark.acceptance
def test_leads_of_x_education() -> None:
    path = data_file("x-education/leads.csv")
    found = backtest(path, "--exclude", LATE)
    chosen = found["candidates"][found["chosen"]]
    print(found["chosen"], chosen)
    assert chosen["roc_auc"] >= 0.903
    assert chosen["pr_auc"] >= 0.858
    assert chosen["brier"] <= 0.120
    assert chosen["ece"] <= 0.015


@pytest.mark.acceptance
def test_leads_of_x_education_in_the_order_of_time() -> None:
    path = data_file("x-education/leads.csv")
    late = LATE.replace(",Lead Number", "")
    found = backtest(path, "--exclude", late, "--time-column", "Lead Number")
    chosen = found["candidates"][found["chosen"]]
    print(found["chosen"], chosen)
    assert found["validation"] == "holdout"
    assert chosen["roc_auc"] >= 0.89


@pytest.mark.acceptance
def test_late_fields_of_x_education_are_suspected() -> None:
    found = backtest(data_file("x-education/leads.csv"))
    strong = {one["field"] for one in found["suspected"] if one["severity"] == "strong"}
    print(found["suspected"])
    assert {"Tags", "Lead Quality", "Lead Profile", "Last Notable Activity"} <= {
        one["field"] for one in found["suspected"]
    }
    assert len(strong - set(LATE_FIELDS)) <= 1
