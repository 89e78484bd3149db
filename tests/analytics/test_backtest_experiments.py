"""Tests and uplift tried on files: figures as JSON; bad files get a sentence."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from tests.data import data_file

pytestmark = pytest.mark.embedded


def backtest(method: str, path: Path, *more: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("backtest", method, "--csv", str(path), *more, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """The message works at fairs; arm, purchase, amount, and what was spent before."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"source": rng.choice(["web", "fair"], 6_000), "got": "no"})
    treated = rng.random(6_000) < 0.5
    frame.loc[treated, "got"] = "yes"
    frame["before"] = rng.gamma(2, 50, 6_000).round(2)
    bought = rng.random(6_000) < 0.1 + 0.2 * (treated & (frame["source"] == "fair"))
    frame["bought"] = np.where(bought, "Yes", "No")
    frame["amount"] = (bought * frame["before"]).round(2)
    path = tmp_path / "people.csv"
    frame.to_csv(path, index=False)
    return path


ARMS = ("--arm-column", "got", "--outcome-column")


def test_arms_of_a_file(people: Path) -> None:
    found = backtest("experiment", people, *ARMS, "bought")
    assert (found["rows"], found["control"], found["is_share"]) == (6_000, "no", True)
    (effect,) = found["effects"]
    assert effect["arm"] == "yes"
    assert effect["lower"] < 0.1 < effect["upper"]
    assert effect["always_lower"] < effect["lower"]
    assert found["split_p_value"] > 0.01
    amounts = backtest("experiment", people, *ARMS, "amount", "--before-column", "before")
    (effect,) = amounts["effects"]
    assert not amounts["is_share"]
    assert 0 < effect["adjusted"]["saved"] < 1


def test_a_broken_split_is_told_without_effects(people: Path) -> None:
    weights = ("--weight", "yes=0.9", "--weight", "no=0.1")
    found = backtest("experiment", people, *ARMS, "bought", *weights)
    assert (found["split_is_broken"], found["effects"]) == (True, [])
    assert "hangs on them" in found["notes"][0]


def test_uplift_of_a_file(people: Path) -> None:
    more = ("--treatment-column", "got", "--outcome-column", "bought", "--exclude", "amount")
    found = backtest("uplift", people, *more)
    assert found["chosen"] is not None
    learner = found["learners"]["one_field"]
    assert learner["field"] == "source"
    assert learner["lower"] < learner["qini"] < learner["upper"]
    assert len(learner["curve"]) == 11
    assert "serves" in found["why"]


@pytest.mark.parametrize(
    ("method", "more", "says"),
    [
        ("experiment", ("--arm-column", "nobody", "--outcome-column", "bought"), "no column"),
        ("experiment", ("--arm-column", "before", "--outcome-column", "bought"), "can be compared"),
        ("experiment", ("--arm-column", "source", "--outcome-column", "bought"), "control group"),
        ("experiment", (*ARMS, "source"), "neither yes and no nor amounts"),
        ("experiment", (*ARMS, "bought", "--control", "perhaps"), "There are: no, yes"),
        ("experiment", (*ARMS, "bought", "--weight", "yes"), "as A=0.9"),
        ("experiment", (*ARMS, "bought", "--weight", "yes=1"), "have to be named"),
        (
            "uplift",
            ("--treatment-column", "got", "--outcome-column", "bought", "--treated", "no"),
            "There are: yes",
        ),
        (
            "uplift",
            ("--treatment-column", "got", "--outcome-column", "bought", "--exclude", "x"),
            "no column",
        ),
    ],
)
def test_odd_questions_get_a_sentence(
    people: Path, method: str, more: tuple[str, ...], says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        backtest(method, people, *more)


def test_too_few_get_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("got,bought\nyes,1\nno,0\nno,1\n")
    with pytest.raises(CommandError, match="two are needed"):
        backtest("experiment", path, *ARMS, "bought")
    with pytest.raises(CommandError, match="of each arm are needed"):
        backtest("uplift", path, "--treatment-column", "got", "--outcome-column", "bought")
    path.write_text("got,bought\nyes,1\nyes,0\n")
    with pytest.raises(CommandError, match="one arm only"):
        backtest("experiment", path, *ARMS, "bought")


def test_hillstrom_equals_the_published_lifts() -> None:
    path = data_file("hillstrom.csv.gz")
    of = ("--arm-column", "segment", "--control", "No E-Mail", "--outcome-column")
    published = {
        ("Mens E-Mail", "visit"): (7.66, 7.00, 8.32),
        ("Mens E-Mail", "conversion"): (0.68, 0.50, 0.86),
        ("Womens E-Mail", "visit"): (4.52, 3.89, 5.16),
        ("Womens E-Mail", "conversion"): (0.31, 0.15, 0.47),
        ("Mens E-Mail", "spend"): (0.770, 0.485, 1.055),
        ("Womens E-Mail", "spend"): (0.424, 0.169, 0.680),
    }
    for outcome, scale, digits in (("visit", 100, 2), ("conversion", 100, 2), ("spend", 1, 3)):
        for effect in backtest("experiment", path, *of, outcome)["effects"]:
            said = [effect[key] * scale for key in ("difference", "lower", "upper")]
            assert [round(each, digits) for each in said] == list(published[effect["arm"], outcome])
