"""Tries a method of analytics on a file, without importing it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.datasets.files import frame_of
from analytics.jobs.experiment_backtest import ArmsQuestion, backtest_experiment
from analytics.jobs.forecast_backtest import SeriesQuestion, backtest_forecasts
from analytics.jobs.lead_score_backtest import backtest_lead_score
from analytics.jobs.lifetime_backtest import PurchasesQuestion, backtest_lifetime_value
from analytics.jobs.segments_backtest import backtest_segments
from analytics.jobs.uplift_backtest import UpliftQuestion, backtest_uplift
from core.errors import InsufficientData, Refused
from core.sentences import say


class Command(BaseCommand):
    help = "Try a method on a file: how good it is on rows that it has not seen."

    def add_arguments(self, parser: CommandParser) -> None:
        methods = parser.add_subparsers(dest="method", required=True)
        _add_lead_score(methods.add_parser("lead_score", help="the lead score"))
        _add_forecast(methods.add_parser("forecast", help="forecasts of series"))
        _add_lifetime_value(methods.add_parser("lifetime_value", help="what customers will buy"))
        _add_segments(methods.add_parser("segments", help="groups of rows that are alike"))
        _add_experiment(methods.add_parser("experiment", help="arms of a test against each other"))
        _add_uplift(methods.add_parser("uplift", help="for whom a message changes most"))

    def handle(self, *_args: Any, method: str, **options: Any) -> None:
        tried, tell = {
            "lead_score": (_lead_score, self._tell_lead_score),
            "forecast": (_forecast, self._tell_forecast),
            "lifetime_value": (_lifetime_value, self._tell_lifetime_value),
            "segments": (_segments, self._tell_segments),
            "experiment": (_experiment, self._tell_experiment),
            "uplift": (_uplift, self._tell_uplift),
        }[method]
        try:
            found = tried(options)
        except (Refused, InsufficientData) as answer:
            raise CommandError(say(answer.message, answer.args_by_name)) from answer
        except OSError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
            return
        tell(found)

    def _tell_lead_score(self, found: dict[str, Any]) -> None:
        self.stdout.write(f"{found['rows']:,} rows, {found['positives']:,} converted")
        for name, row in found["candidates"].items():
            mark = "*" if name == found["chosen"] else " "
            self._tell_row(f"{mark} {name:20}", row)
        for sentence in found["notes"]:
            self.stdout.write(sentence)
        for what in ("suspected", "asked", "left_out"):
            for one in found[what]:
                self.stdout.write(f"{what.replace('_', ' ')}: {one['field']}: {one['reason']}")

    def _tell_forecast(self, found: dict[str, Any]) -> None:
        self.stdout.write(f"{found['series']:,} series")
        for name, row in {"chosen": found["chosen"], **found["candidates"]}.items():
            mark = "*" if name == "chosen" else " "
            served = f"  served {found['served'].get(name, 0):,}" if name != "chosen" else ""
            self._tell_row(f"{mark} {name:15}", row, served)
        for sentence in found["notes"]:
            self.stdout.write(sentence)

    def _tell_lifetime_value(self, found: dict[str, Any]) -> None:
        self.stdout.write(f"{found['customers']:,} customers, {found['weeks']:.1f} weeks withheld")
        self._tell_row("parameters", found["parameters"])
        figures = {key: each for key, each in found.items() if isinstance(each, float)}
        for name, figure in figures.items():
            self._tell_row(" ", {name: figure})
        for sentence in found["notes"]:
            self.stdout.write(sentence)

    def _tell_segments(self, found: dict[str, Any]) -> None:
        self.stdout.write(f"{found['rows']:,} rows, segments: {found['k'] or 'none'}")
        for row in found["tried"]:
            self._tell_row(" ", row)
        for number, segment in enumerate(found["segments"], start=1):
            self._tell_row(f"{number}: {segment['rows']:,} rows", segment["centre"])
        for sentence in found["notes"]:
            self.stdout.write(sentence)

    def _tell_experiment(self, found: dict[str, Any]) -> None:
        split = found["split_p_value"]
        self.stdout.write(f"{found['rows']:,} rows, p-value of the split {split:.4f}")
        for arm in found["arms"]:
            self._tell_row(f"{arm['name']}: {arm['people']:,} people", {"mean": arm["mean"]})
        for effect in found["effects"]:
            figures = _figures(effect)
            self._tell_row(f"{effect['arm']} against {found['control']}:", figures)
            if "adjusted" in effect:
                self._tell_row("  adjusted", effect["adjusted"])
        for sentence in found["notes"]:
            self.stdout.write(sentence)

    def _tell_uplift(self, found: dict[str, Any]) -> None:
        self.stdout.write(f"{found['rows']:,} rows, {found['treated']:,} treated")
        self._tell_row("all", {"overall": found["overall"]})
        for name, row in found["learners"].items():
            mark = "*" if name == found["chosen"] else " "
            figures = _figures(row)
            self._tell_row(f"{mark} {name:12} {row['field']:15}", figures)
        self.stdout.write(found["why"])

    def _tell_row(self, head: str, row: dict[str, float | None], tail: str = "") -> None:
        figures = (
            f"{key} {'–' if value is None else f'{value:.4f}'}" for key, value in row.items()
        )
        self.stdout.write(f"{head} {'  '.join(figures)}{tail}")


def _figures(row: dict[str, Any]) -> dict[str, float | None]:
    return {key: each for key, each in row.items() if isinstance(each, float)}


def _add_lead_score(score: CommandParser) -> None:
    score.add_argument("--csv", type=Path, required=True, help="CSV or Excel file, a row a lead")
    score.add_argument("--target", required=True, help="column that says whether it converted")
    score.add_argument(
        "--positive",
        action="append",
        default=[],
        help="value of the target that counts as converted, where it does not say yes or no",
    )
    score.add_argument("--exclude", default="", help="columns to leave out, with commas between")
    score.add_argument("--time-column", default="", help="test the last 30 %% on the first 70 %%")
    score.add_argument("--group", default="", help="column whose groups are compared")
    score.add_argument("--json", action="store_true", help="print the figures as JSON")


def _add_forecast(series: CommandParser) -> None:
    series.add_argument("--csv", type=Path, required=True, help="CSV or Excel file, a row a value")
    series.add_argument(
        "--id-column", default="", help="column that names the series; without it there is one"
    )
    series.add_argument("--time-column", required=True, help="column of dates or whole numbers")
    series.add_argument("--value-column", required=True, help="column of the values")
    series.add_argument(
        "--horizon", type=int, required=True, help="how many last values are withheld and forecast"
    )
    series.add_argument(
        "--season", type=int, required=True, help="steps in a season: 12 months, 52 weeks, 7 days"
    )
    series.add_argument(
        "--drivers",
        default="",
        help="columns that drive the values and are planned ahead, with commas between",
    )
    series.add_argument("--max-series", type=int, help="only so many, the first of the file")
    series.add_argument("--json", action="store_true", help="print the figures as JSON")


def _add_lifetime_value(sales: CommandParser) -> None:
    sales.add_argument(
        "--csv", type=Path, required=True, help="CSV or Excel file, a row a purchase"
    )
    sales.add_argument("--customer-column", required=True, help="column that names the customer")
    sales.add_argument("--time-column", required=True, help="column of dates, or of days by number")
    sales.add_argument("--value-column", required=True, help="column of what was paid")
    sales.add_argument(
        "--holdout-from",
        type=date.fromisoformat,
        required=True,
        help="first day that is withheld, as 1997-10-01",
    )
    sales.add_argument("--json", action="store_true", help="print the figures as JSON")


def _add_segments(rows: CommandParser) -> None:
    rows.add_argument("--csv", type=Path, required=True, help="CSV or Excel file, a row a customer")
    rows.add_argument("--columns", required=True, help="columns of numbers, with commas between")
    rows.add_argument("--seed", type=int, default=0, help="of draws and beginnings")
    rows.add_argument("--json", action="store_true", help="print the figures as JSON")


def _add_experiment(rows: CommandParser) -> None:
    rows.add_argument("--csv", type=Path, required=True, help="CSV or Excel file, a row a person")
    rows.add_argument("--arm-column", required=True, help="column that names the arm")
    rows.add_argument("--outcome-column", required=True, help="column of yes and no, or of amounts")
    rows.add_argument("--control", default="", help="arm that the others are compared with")
    rows.add_argument("--before-column", default="", help="column known before the test (CUPED)")
    rows.add_argument(
        "--weight",
        action="append",
        default=[],
        help="share meant for an arm, as A=0.9, once an arm; even without",
    )
    rows.add_argument("--json", action="store_true", help="print the figures as JSON")


def _add_uplift(rows: CommandParser) -> None:
    rows.add_argument("--csv", type=Path, required=True, help="CSV or Excel file, a row a person")
    rows.add_argument("--treatment-column", required=True, help="column that says who was treated")
    rows.add_argument("--outcome-column", required=True, help="column of yes and no, or of amounts")
    rows.add_argument("--treated", default="", help="arm that was treated, where there are more")
    rows.add_argument("--control", default="", help="arm that was not")
    rows.add_argument("--exclude", default="", help="columns to leave out, with commas between")
    rows.add_argument("--seed", type=int, default=0, help="of folds and draws")
    rows.add_argument("--json", action="store_true", help="print the figures as JSON")


def _lead_score(options: dict[str, Any]) -> dict[str, Any]:
    exclude = _names(options["exclude"])
    return backtest_lead_score(
        frame_of(options["csv"]),
        target=options["target"],
        positive=options["positive"],
        exclude=exclude,
        time_column=options["time_column"],
        group=options["group"],
    )


def _forecast(options: dict[str, Any]) -> dict[str, Any]:
    question = SeriesQuestion(
        time_column=options["time_column"],
        value_column=options["value_column"],
        horizon=options["horizon"],
        season=options["season"],
        id_column=options["id_column"],
        most=options["max_series"],
        drivers=tuple(_names(options["drivers"])),
    )
    return backtest_forecasts(frame_of(options["csv"]), question)


def _lifetime_value(options: dict[str, Any]) -> dict[str, Any]:
    question = PurchasesQuestion(
        customer_column=options["customer_column"],
        time_column=options["time_column"],
        value_column=options["value_column"],
        holdout_from=options["holdout_from"],
    )
    return backtest_lifetime_value(frame_of(options["csv"]), question)


def _segments(options: dict[str, Any]) -> dict[str, Any]:
    return backtest_segments(
        frame_of(options["csv"]), _names(options["columns"]), seed=options["seed"]
    )


def _experiment(options: dict[str, Any]) -> dict[str, Any]:
    question = ArmsQuestion(
        arm_column=options["arm_column"],
        outcome_column=options["outcome_column"],
        control=options["control"],
        before_column=options["before_column"],
        weights=_weights(options["weight"]),
    )
    return backtest_experiment(frame_of(options["csv"]), question)


def _weights(named: list[str]) -> dict[str, float]:
    found = {}
    for each in named:
        name, _equals, share = each.rpartition("=")
        try:
            found[name] = float(share)
        except ValueError as error:
            raise CommandError(f"--weight {each}: say it as A=0.9") from error
    return found


def _uplift(options: dict[str, Any]) -> dict[str, Any]:
    question = UpliftQuestion(
        treatment_column=options["treatment_column"],
        outcome_column=options["outcome_column"],
        treated=options["treated"],
        control=options["control"],
        exclude=_names(options["exclude"]),
        seed=options["seed"],
    )
    return backtest_uplift(frame_of(options["csv"]), question)


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]
