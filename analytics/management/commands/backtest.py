"""Tries a method of analytics on a file, without importing it."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.datasets.files import frame_of
from analytics.jobs.lead_score_backtest import backtest_lead_score
from core.errors import InsufficientData, Refused
from core.sentences import say


class Command(BaseCommand):
    help = "Try a method on a file: how good it is on rows that it has not seen."

    def add_arguments(self, parser: CommandParser) -> None:
        methods = parser.add_subparsers(dest="method", required=True)
        score = methods.add_parser("lead_score", help="the lead score")
        score.add_argument(
            "--csv", type=Path, required=True, help="CSV or Excel file, a row a lead"
        )
        score.add_argument("--target", required=True, help="column that says whether it converted")
        score.add_argument(
            "--positive",
            action="append",
            default=[],
            help="value of the target that counts as converted, where it does not say yes or no",
        )
        score.add_argument(
            "--exclude", default="", help="columns to leave out, with commas between"
        )
        score.add_argument(
            "--time-column", default="", help="test the last 30 %% on the first 70 %%"
        )
        score.add_argument("--group", default="", help="column whose groups are compared")
        score.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        exclude = [name.strip() for name in options["exclude"].split(",") if name.strip()]
        try:
            found = backtest_lead_score(
                frame_of(options["csv"]),
                target=options["target"],
                positive=options["positive"],
                exclude=exclude,
                time_column=options["time_column"],
                group=options["group"],
            )
        except (Refused, InsufficientData) as answer:
            raise CommandError(say(answer.message, answer.args_by_name)) from answer
        except OSError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
            return
        self._tell(found)

    def _tell(self, found: dict[str, Any]) -> None:
        self.stdout.write(f"{found['rows']:,} rows, {found['positives']:,} converted")
        for name, row in found["candidates"].items():
            mark = "*" if name == found["chosen"] else " "
            figures = "  ".join(f"{key} {value:.4f}" for key, value in row.items())
            self.stdout.write(f"{mark} {name:20} {figures}")
        for sentence in found["notes"]:
            self.stdout.write(sentence)
        for what in ("suspected", "asked", "left_out"):
            for one in found[what]:
                self.stdout.write(f"{what.replace('_', ' ')}: {one['field']}: {one['reason']}")
